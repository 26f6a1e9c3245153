package slots

import (
	"slices"
	"strings"

	"ziyara/textnorm"
)

// NameKey returns a name in the form used for searching: its NameWords, with a space
// before and after each. It is "" when there are none. A name matches a search when
// each of the search's NameWords, preceded by a space, occurs in its key.
func NameKey(name string) string {
	words := NameWords(name)
	if len(words) == 0 {
		return ""
	}
	return " " + strings.Join(words, " ") + " "
}

// NameWords returns the words by which a name is found, folded by textnorm.Words.
// The article and بن are dropped; عبد is joined to the next word, since عبد الله and
// عبدالله are one name.
func NameWords(name string) []string {
	words := textnorm.Words(name)
	for {
		before := len(strings.Join(words, " "))
		words = plainWords(words)
		if len(strings.Join(words, " ")) == before { // what was dropped may have hidden another one
			return words
		}
	}
}

func plainWords(words []string) []string {
	const servant, article = "عبد", "ال"
	for i := 0; i < len(words); i++ {
		if words[i] == servant && i+1 < len(words) {
			words = slices.Replace(words, i, i+2, servant+words[i+1])
		}
	}
	words = slices.DeleteFunc(words, func(word string) bool {
		return slices.Contains([]string{"بن", "ابن", "بنت", article}, word)
	})
	for i, word := range words {
		words[i] = strings.TrimPrefix(word, article)
	}
	return words
}
