package page

import (
	"net/http"
	"strings"
)

// Look is how a browser likes to read. It is kept in cookies of its own (look.ts changes them at once), so it needs no
// account and stays with the device.
type Look struct {
	Theme    string // light, dark, or "" for what the device says
	TextSize string // large, xlarge, or "" for the normal size
	KeysOff  bool   // single keys do nothing
	Shared   bool   // 「この端末は共用です」: nothing is kept on it
}

// LookOf reads the cookies of a request.
func LookOf(r *http.Request) Look {
	value := func(name string) string {
		if c, err := r.Cookie(name); err == nil {
			return c.Value
		}
		return ""
	}
	l := Look{KeysOff: value("keys") == "off", Shared: value("shared") == "1"}
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

// KeepLook keeps what was chosen with LookFields, for browsers without scripts.
func KeepLook(w http.ResponseWriter, r *http.Request, f *Form) {
	for _, name := range []string{"theme", "text", "keys"} {
		c := http.Cookie{Name: name, Value: f.Get(name), Path: "/", MaxAge: 365 * 24 * 60 * 60, SameSite: http.SameSiteLaxMode,
			Secure: strings.HasPrefix(From(r.Context()).BaseURL, "https://")}
		switch c.Value {
		case "light", "dark", "large", "xlarge", "off":
		default:
			c.Value, c.MaxAge = "", -1 // the normal look needs no cookie
		}
		http.SetCookie(w, &c)
	}
}
