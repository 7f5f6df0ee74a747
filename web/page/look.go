package page

import "net/http"

// Look is how a browser likes to read, kept in its own cookies (look.ts): it needs no account.
type Look struct {
	Theme    string // light, dark or ""
	TextSize string // large, xlarge or ""
	Shared   bool   // 「この端末は共用です」
}

// LookOf reads the cookies of a request.
func LookOf(r *http.Request) Look {
	value := func(name string) string {
		c, err := r.Cookie(name)
		if err != nil {
			return ""
		}
		return c.Value
	}
	l := Look{Shared: value("shared") == "1"}
	switch v := value("theme"); v {
	case "light", "dark":
		l.Theme = v
	}
	switch v := value("text"); v {
	case "large", "xlarge":
		l.TextSize = v
	}
	return l
}
