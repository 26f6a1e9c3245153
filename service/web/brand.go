package web

import (
	"bytes"

	"ziyara/catalog"
)

// Brand is how the pages of a centre are called and look. The zero Brand is neutral.
type Brand struct {
	Product catalog.Text // name of the service; ours if it is not complete
	Email   string       // for questions; "" for none
	X       string       // account there, without the @; "" for none

	mark     *Asset    // nil for ours
	colours  *Asset    // nil for ours
	colour   string    // #rrggbb; "" for ours
	pictures []picture // of our mark in that colour; nil for ours
	foreign  bool      // the mark is not ours
}

// NewBrand returns a brand for a look. It returns a *catalog.LookError for one that pages can't have.
func NewBrand(l catalog.Look) (Brand, error) {
	l, err := l.Complete()
	b := Brand{Product: l.Product, Email: l.Email, X: l.X}
	if err != nil {
		return b, err
	}
	if l.Colour != "" {
		c, err := catalog.ParseColour(l.Colour)
		if err != nil {
			return b, err
		}
		colours, ours := NewAsset("colours", "css", Stylesheet, colourStyles(c)), NewAsset("ziyara", "svg", svgType, recoloured(c))
		b.colour, b.colours, b.mark, b.pictures = c.String(), &colours, &ours, picturesOf(c)
	}
	if l.Mark != nil {
		own := NewAsset("mark", "svg", svgType, l.Mark)
		b.mark, b.foreign = &own, true
	}
	return b, nil
}

// recoloured is our mark in another colour.
func recoloured(c catalog.Colour) []byte {
	return bytes.ReplaceAll(mark, []byte(ourColour), []byte(c.String()))
}

// markAsset is the mark of the centre.
func (b Brand) markAsset() Asset {
	if b.mark != nil {
		return *b.mark
	}
	return icon
}

// assets are the files that pages of the brand load.
func (b Brand) assets() []Asset {
	list := []Asset{stylesheet, b.markAsset()}
	if b.colours != nil {
		list = append(list, *b.colours)
	}
	return list
}
