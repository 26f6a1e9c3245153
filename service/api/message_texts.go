package api

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/notify"
	"ziyara/slots"
	"ziyara/texts"
)

// GetMessageText shows a text of a department, with its versions.
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

// SaveMessageText saves the next version of a department's text.
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

// ApproveMessageText puts the newest version of a department's text in use.
func (s *Server) ApproveMessageText(ctx context.Context, r ApproveMessageTextRequestObject) (ApproveMessageTextResponseObject, error) {
	staff, err := permit(ctx, r.Department, "")
	if err != nil {
		return nil, err
	}
	current, err := s.messageText(ctx, r.Department, notify.Kind(r.Kind), r.Lang)
	if err != nil {
		return nil, err
	}
	if err = matches(r.Params.IfMatch, versionTag(int64(current.Version))); err != nil {
		return nil, err
	}
	if current.InUse != current.Version {
		if current.History[0].SavedBy == staff.ID {
			return nil, notify.ErrOwnText
		}
		o := notify.Override{Department: r.Department, Kind: notify.Kind(r.Kind), Lang: r.Lang, Version: current.Version}
		if err = s.Messages.ApproveText(ctx, o, s.byStaff(ctx)); err != nil {
			return nil, err
		}
		if current, err = s.messageText(ctx, r.Department, notify.Kind(r.Kind), r.Lang); err != nil {
			return nil, err
		}
	}
	return ApproveMessageText200JSONResponse{
		Body: current, Headers: ApproveMessageText200ResponseHeaders{ETag: versionTag(int64(current.Version))},
	}, nil
}

// PreviewMessageText shows what a message would say.
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
	if reference != "" {
		saw(ctx, reference.String(), r.Department, "")
	} else if t := metaOf(ctx).trace; t != nil {
		t.example = true
	}
	return PreviewMessageText200JSONResponse{
		Text: withoutLink(p.Text), Encoding: string(p.Encoding), Characters: p.Characters, Segments: p.Segments,
		Cost: p.Cost.String(), Wording: p.Wording,
	}, nil
}

// messageText returns a text of a department, or fault.ErrNotFound for an
// unknown department.
func (s *Server) messageText(ctx context.Context, department string, k notify.Kind, lang string) (MessageText, error) {
	if _, known := centreOf(ctx).Department(department); !known {
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
		if out.InUse == 0 && !h.Pending {
			out.InUse = h.Version
		}
		out.History = append(out.History, MessageTextVersion{
			Version: h.Version, SavedAt: h.At, SavedBy: h.By, Wordings: wordingsJSON(h.Wordings),
			ApprovedAt: optional(h.Approved), ApprovedBy: h.ApprovedBy,
		})
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

// wordings reads the wordings of a text.
func wordings(list []MessageWording) []notify.Wording {
	out := make([]notify.Wording, len(list))
	for i, w := range list {
		out[i] = notify.Wording{texts.Other: w.Other}
		for form, text := range map[texts.Form]string{
			texts.Zero: w.Zero, texts.One: w.One, texts.Two: w.Two, texts.Few: w.Few, texts.Many: w.Many,
		} {
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
			Zero: w[texts.Zero], One: w[texts.One], Two: w[texts.Two],
			Few: w[texts.Few], Many: w[texts.Many], Other: w[texts.Other],
		}
	}
	return out
}

// textFaults describes the faults of a *notify.TextError, each with its place, at
// most maxPointers of them; nil for any other error.
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
			list[i].Detail.Text = texts.List([]catalog.Text{list[i].Detail.Text, detail.Text}, catalog.Text{AR: " ", EN: " "})
		case len(list) < maxPointers:
			list = append(list, pointerError{pointer, detail})
		}
	}
	return list
}

// pointerOf returns the JSON pointer of the text that has the fault.
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

// placed describes a fault with its line and column.
func placed(f notify.TextFault) flaw {
	detail := faultOfText(f)
	if f.Line == 0 {
		return detail
	}
	return flaw{detail.Code, texts.Staff("text_fault.placed", "Line", f.Line, "Column", f.Column, "Fault", detail.Text)}
}

// faultOfText says how to correct a fault.
func faultOfText(f notify.TextFault) flaw {
	switch f.Fault {
	case notify.FaultDepartment:
		return flaw{FieldErrorCodeNotKnown, texts.Staff("text_fault.department")}
	case notify.FaultKind:
		return flaw{FieldErrorCodeNotKnown, texts.Staff("text_fault.kind")}
	case notify.FaultLang:
		return flaw{FieldErrorCodeNotKnown, texts.Staff("text_fault.lang")}
	case notify.FaultWordings:
		return flaw{FieldErrorCodeTooMany, texts.Staff("text_fault.wordings")}
	case notify.FaultEmpty:
		return flaw{FieldErrorCodeRequired, texts.Staff("text_fault.empty")}
	case notify.FaultSyntax:
		return flaw{FieldErrorCodeSyntax, texts.Staff("text_fault.syntax", "Example", texts.Isolated("{{.Day}}"))}
	case notify.FaultUnknown:
		return flaw{FieldErrorCodeUnknownVariable, texts.Staff("text_fault.variable", "Name", texts.Isolated(f.Name))}
	case notify.FaultMissing:
		return flaw{FieldErrorCodeMissingVariable, texts.Staff("text_fault.variable_missing", "Name", texts.Isolated("{{."+f.Name+"}}"))}
	case notify.FaultForm:
		return flaw{FieldErrorCodePluralForm, texts.Staff("text_fault.plural_form", "Name", texts.Isolated(f.Name))}
	case notify.FaultTooLong:
		return flaw{FieldErrorCodeTooLong, texts.Staff("text_fault.too_long", "Name", f.Name)}
	case notify.FaultSegments:
		return flaw{FieldErrorCodeSegments, texts.Staff("text_fault.segments", "Name", f.Name)}
	case notify.FaultCharacter:
		return flaw{FieldErrorCodeCharacter, texts.Staff("text_fault.character", "Name", texts.Isolated(f.Name))}
	case notify.FaultLink:
		return flaw{FieldErrorCodeLink, texts.Staff("text_fault.link")}
	}
	return flaw{FieldErrorCodeFormat, texts.Visitors("fault.value")}
}
