package search

import "github.com/manetomo/manetomo/internal/municipality"

// ResolvePlaces is the resolver of municipalities, as the index asks for it. Wards of designated cities stand for
// themselves; what means more than a handful says nothing.
func ResolvePlaces(text string) []Place {
	const most = 6
	found := municipality.Resolve(text).Found
	if len(found) > most {
		return nil
	}
	var out []Place
	for _, m := range found {
		p := Place{Code: m.Code, Name: m.Name, Label: m.Label()}
		if m.Kind == municipality.KindPrefecture {
			p.Prefecture = m.Name
		}
		out = append(out, p)
	}
	return out
}
