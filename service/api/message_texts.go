package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/notify"
	"ziyara/slots"
)

// GetMessageText shows the words of a department.
func (s *Server) GetMessageText(ctx context.Context, r GetMessageTextRequestObject) (GetMessageTextResponseObject, error) {
	if _, err := permit(ctx, r.Department, ""); err != nil {
		return nil, err
	}
	out, err := s.messageText(ctx, r.Department, notify.Kind(r.Kind), r.Lang)
	if err != nil {
		return nil, err
	}
	return GetMessageText200JSONResponse{Body: out, Headers: GetMessageText200ResponseHeaders{ETag: versionTag(int64(out.Version))}}, nil
}

// SaveMessageText saves the next version of a department's words.
func (s *Server) SaveMessageText(ctx context.Context, r SaveMessageTextRequestObject) (SaveMessageTextResponseObject, error) {
	if _, err := permit(ctx, r.Department, ""); err != nil {
		return nil, err
	}
	current, err := s.messageText(ctx, r.Department, notify.Kind(r.Kind), r.Lang)
	if err != nil {
		return nil, err
	}
	if err = matches(r.Params.IfMatch, versionTag(int64(current.Version))); err != nil {
		return nil, err
	}
	err = s.Messages.SaveText(ctx, notify.Override{
		Department: r.Department, Kind: notify.Kind(r.Kind), Lang: r.Lang,
		Version: current.Version + 1, Wordings: wordings(r.Body.Wordings),
	}, s.byStaff(ctx))
	if err != nil {
		return nil, err
	}
	out, err := s.messageText(ctx, r.Department, notify.Kind(r.Kind), r.Lang)
	if err != nil {
		return nil, err
	}
	return SaveMessageText200JSONResponse{Body: out, Headers: SaveMessageText200ResponseHeaders{ETag: versionTag(int64(out.Version))}}, nil
}

// PreviewMessageText shows a message before it is said.
func (s *Server) PreviewMessageText(ctx context.Context, r PreviewMessageTextRequestObject) (PreviewMessageTextResponseObject, error) {
	if _, err := permit(ctx, r.Department, ""); err != nil {
		return nil, err
	}
	var reference slots.Reference
	if r.Body.Reference != "" {
		var err error
		if reference, err = slots.ParseReference(r.Body.Reference); err != nil {
			return nil, fault.ErrNotFound
		}
	}
	p, err := s.Messages.PreviewText(ctx, reference, notify.Override{
		Department: r.Department, Kind: notify.Kind(r.Kind), Lang: r.Lang, Wordings: wordings(r.Body.Wordings),
	})
	if err != nil {
		return nil, err
	}
	return PreviewMessageText200JSONResponse{
		Text: withoutLink(p.Text), Encoding: string(p.Encoding), Characters: p.Characters, Segments: p.Segments,
		Cost: p.Cost.String(), Wording: p.Wording,
	}, nil
}

// messageText returns the words of a department, or fault.ErrNotFound for an
// unknown one.
func (s *Server) messageText(ctx context.Context, department string, k notify.Kind, lang string) (MessageText, error) {
	if _, known := s.Centre().Department(department); !known {
		return MessageText{}, fault.ErrNotFound
	}
	history, err := s.Messages.Texts(ctx, department, k, lang)
	if err != nil {
		return MessageText{}, err
	}
	may, must := notify.Variables(k)
	out := MessageText{
		Kind: string(k), Lang: lang, Wordings: []MessageWording{}, History: []MessageTextVersion{},
		MayMention: variableNames(may), MustMention: variableNames(must),
	}
	for i, h := range history {
		if i == 0 {
			out.Version, out.Wordings = h.Version, wordingsJSON(h.Wordings)
		}
		out.History = append(out.History, MessageTextVersion{Version: h.Version, SavedAt: h.At, SavedBy: h.By, Wordings: wordingsJSON(h.Wordings)})
	}
	return out, nil
}

func variableNames(list []notify.Variable) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

// matches returns nil when a change is of what the tag names (RFC 9110,
// section 13.1.1), errNoVersion when it does not say, and fault.ErrEdited
// when it is of something else.
func matches(ifMatch, tag string) error {
	if strings.TrimSpace(ifMatch) == "" {
		return errNoVersion
	}
	for known := range strings.SplitSeq(ifMatch, ",") {
		if known = strings.TrimSpace(known); known == tag || known == "*" {
			return nil
		}
	}
	return fault.ErrEdited
}

// wordings reads what is to be said.
func wordings(list []MessageWording) []notify.Wording {
	out := make([]notify.Wording, len(list))
	for i, w := range list {
		out[i] = notify.Wording{notify.Other: w.Other}
		for form, text := range map[notify.Form]string{notify.Zero: w.Zero, notify.One: w.One, notify.Two: w.Two, notify.Few: w.Few, notify.Many: w.Many} {
			if text != "" {
				out[i][form] = text
			}
		}
	}
	return out
}

func wordingsJSON(list []notify.Wording) []MessageWording {
	out := make([]MessageWording, len(list))
	for i, w := range list {
		out[i] = MessageWording{
			Zero: w[notify.Zero], One: w[notify.One], Two: w[notify.Two],
			Few: w[notify.Few], Many: w[notify.Many], Other: w[notify.Other],
		}
	}
	return out
}

// textFaults says what is wrong with a department's words, with its place, at
// most maxPointers texts; none for another error.
func textFaults(err error) []pointerError {
	broken, ok := errors.AsType[*notify.TextError](err)
	if !ok {
		return nil
	}
	var list []pointerError
	for _, f := range broken.Faults {
		pointer, detail := pointerOf(f), placed(f)
		i := slices.IndexFunc(list, func(e pointerError) bool { return e.Pointer == pointer })
		switch {
		case i >= 0:
			list[i].Detail = text(list[i].Detail.AR+" "+detail.AR, list[i].Detail.EN+" "+detail.EN)
		case len(list) < maxPointers:
			list = append(list, pointerError{pointer, detail})
		}
	}
	return list
}

// pointerOf returns which text a fault is in.
func pointerOf(f notify.TextFault) string {
	pointer := "#/wordings"
	if f.Wording >= 0 {
		pointer += "/" + strconv.Itoa(f.Wording)
	}
	if f.Wording >= 0 && f.Form != "" {
		pointer += "/" + string(f.Form)
	}
	return pointer
}

// placed says what is wrong, and where in the text.
func placed(f notify.TextFault) catalog.Text {
	detail := faultOfText(f)
	if f.Line == 0 {
		return detail
	}
	return text(fmt.Sprintf("السطر %d، الحرف %d: %s", f.Line, f.Column, detail.AR),
		fmt.Sprintf("Line %d, column %d: %s", f.Line, f.Column, detail.EN))
}

// faultOfText says what to do about a fault.
func faultOfText(f notify.TextFault) catalog.Text {
	switch f.Fault {
	case notify.FaultDepartment:
		return text("هذه الرسالة لا تخص إدارة بعينها.", "Messages of this kind belong to no department.")
	case notify.FaultKind:
		return text("لا يوجد نوع رسائل بهذا الاسم.", "There is no such kind of message.")
	case notify.FaultLang:
		return text("اللغة ar أو en.", "The language is ar or en.")
	case notify.FaultWordings:
		return text("خمس صيغ على الأكثر.", "Give at most five wordings.")
	case notify.FaultEmpty:
		return text("اكتب نصًا.", "Write a text.")
	case notify.FaultSyntax:
		return text("اكتب المتغير هكذا: {{.Day}}.", "Write a variable as {{.Day}}.")
	case notify.FaultUnknown:
		return text("المتغير "+f.Name+" غير متاح في هذه الرسالة. اختر من may_mention.", "Messages of this kind don't have "+f.Name+". Choose from may_mention.")
	case notify.FaultMissing:
		return text("أضف {{."+f.Name+"}}؛ يحتاج الزائر إلى معرفته.", "Add {{."+f.Name+"}}: the visitor has to be told.")
	case notify.FaultForm:
		return text("صيغة العدد "+f.Name+" ناقصة، أو لا تعرفها هذه اللغة.", "The plural form "+f.Name+" is missing, or the language doesn't have it.")
	case notify.FaultTooLong:
		return text("قصّر النص؛ يتجاوز هنا الحد المسموح ("+f.Name+").", "Shorten the text: from here on it is beyond its limit of "+f.Name+".")
	case notify.FaultCharacter:
		return text("احذف الحرف "+f.Name+"؛ لا يظهر أو يقلب اتجاه السطر.", "Remove the character "+f.Name+": it is invisible, or turns the line around.")
	case notify.FaultLink:
		return text("احذف الرابط؛ يضيف النظام رابط الزيارة بنفسه.", "Remove the address: the program adds the link of the visit itself.")
	}
	return text("قيمة غير صالحة.", "The value is not valid.")
}
