// Package config is every setting of the program in one struct: defaults, then the environment, then flags. It is
// checked once at the start, and printed with its secrets masked.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
)

// Common is what every command takes.
type Common struct {
	Data        string `help:"Folder for everything without DATABASE_URL; with it, for this node's index, caches and (without S3) files." default:"./manetomo-data" env:"MANETOMO_DATA" type:"path" placeholder:"DIR"`
	DatabaseURL string `help:"PostgreSQL, such as postgres://user:password@host/name. Empty: SQLite in the data folder." env:"DATABASE_URL" placeholder:"URL"`
	S3          S3     `embed:"" prefix:"s3-" envprefix:"MANETOMO_S3_"`
}

// S3 is a store for files beside PostgreSQL. Without an endpoint files stay in the data folder.
type S3 struct {
	Endpoint  string `help:"S3-compatible store, such as https://s3.example.jp." env:"ENDPOINT" placeholder:"URL"`
	Bucket    string `help:"Bucket for files." env:"BUCKET"`
	AccessKey string `help:"Access key." env:"ACCESS_KEY"`
	SecretKey string `help:"Secret key." env:"SECRET_KEY"`
	Region    string `help:"Region." env:"REGION" default:"us-east-1"`
}

// Site is what serve takes.
type Site struct {
	Listen         string   `help:"Address to listen on." default:"127.0.0.1:8080" env:"MANETOMO_LISTEN" placeholder:"HOST:PORT"`
	BaseURL        string   `name:"base-url" help:"Address of the site as people see it; default: the listen address." env:"MANETOMO_BASE_URL" placeholder:"URL"`
	TrustedProxies []string `help:"Addresses or networks whose X-Forwarded-For is believed." env:"MANETOMO_TRUSTED_PROXIES" placeholder:"CIDR"`
	Demo           bool     `help:"Demo people and content, and a sign-in that picks one of them. On loopback only." env:"MANETOMO_DEMO"`
	Migrate        bool     `help:"Change the schema of a PostgreSQL database that an older version used." env:"MANETOMO_MIGRATE"`
	TrustedEmail   []string `name:"trusted-email-providers" help:"Sign-in providers whose verified address admits who stands on the roster." env:"MANETOMO_TRUSTED_EMAIL_PROVIDERS"`
	SMTP           SMTP     `embed:"" prefix:"smtp-" envprefix:"MANETOMO_SMTP_"`
	Contact        string   `help:"How the secretariat is reached, shown on the help pages." env:"MANETOMO_CONTACT" placeholder:"TEXT"`
	PDFCache       string   `name:"pdfium-cache" help:"Folder for the compiled document reader, which several sites may share; default: in the data folder." env:"MANETOMO_PDFIUM_CACHE" type:"path" placeholder:"DIR"`
	Pprof          bool     `help:"Serve profiles at /debug/pprof on loopback." env:"MANETOMO_PPROF"`
	MetricsFrom    []string `help:"Addresses or networks that may read /metrics." default:"127.0.0.0/8,::1/128" env:"MANETOMO_METRICS_FROM"`
}

// SMTP is where letters go out. Without a host there are none.
type SMTP struct {
	Host     string `help:"Mail server; empty: no letters." env:"HOST"`
	Port     int    `help:"Its port." env:"PORT" default:"587"`
	User     string `help:"User name." env:"USER"`
	Password string `help:"Password." env:"PASSWORD"`
	From     string `help:"Sender, such as マネ友 <manetomo@example.jp>." env:"FROM"`
	TLS      string `help:"starttls, tls or none." env:"TLS" default:"starttls" enum:"starttls,tls,none"`
}

// Provider is one way to sign in, read from the environment (contract §3).
type Provider struct {
	Name         string // in addresses: /auth/{name}
	Kind         string // oidc, google, microsoft, line, github
	Issuer       string
	ClientID     string
	ClientSecret string
	Label        string // what the button says
}

// Providers reads the sign-in providers of the environment: MANETOMO_OIDC_<NAME>_{ISSUER,CLIENT_ID,CLIENT_SECRET,LABEL}
// and MANETOMO_{GOOGLE,MICROSOFT,LINE,GITHUB}_{CLIENT_ID,CLIENT_SECRET}. Half-set ones are an error that names what lacks.
func Providers(environ []string) ([]Provider, error) {
	env := map[string]string{}
	for _, kv := range environ {
		if k, v, ok := strings.Cut(kv, "="); ok && v != "" {
			env[k] = v
		}
	}
	var out []Provider
	var errs []error
	for _, known := range []struct{ kind, label string }{
		{"google", "Google"}, {"microsoft", "Microsoft"}, {"line", "LINE"}, {"github", "GitHub"},
	} {
		prefix := "MANETOMO_" + strings.ToUpper(known.kind) + "_"
		p := Provider{Name: known.kind, Kind: known.kind, Label: known.label,
			ClientID: env[prefix+"CLIENT_ID"], ClientSecret: env[prefix+"CLIENT_SECRET"]}
		if p.ClientID == "" && p.ClientSecret == "" {
			continue
		}
		if p.ClientID == "" || p.ClientSecret == "" {
			errs = append(errs, fmt.Errorf("%sCLIENT_ID and %sCLIENT_SECRET must both be set", prefix, prefix))
			continue
		}
		out = append(out, p)
	}
	generic, err := genericProviders(env)
	return append(out, generic...), errors.Join(append(errs, err)...)
}

func genericProviders(env map[string]string) ([]Provider, error) {
	var names []string
	for k := range env {
		if rest, ok := strings.CutPrefix(k, "MANETOMO_OIDC_"); ok {
			if name, ok := strings.CutSuffix(rest, "_ISSUER"); ok && name != "" {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	var out []Provider
	var errs []error
	for _, name := range names {
		prefix := "MANETOMO_OIDC_" + name + "_"
		p := Provider{Name: strings.ToLower(name), Kind: "oidc", Issuer: env[prefix+"ISSUER"], Label: env[prefix+"LABEL"],
			ClientID: env[prefix+"CLIENT_ID"], ClientSecret: env[prefix+"CLIENT_SECRET"]}
		if p.Label == "" {
			p.Label = name
		}
		if p.ClientID == "" {
			errs = append(errs, fmt.Errorf("%sCLIENT_ID must be set", prefix))
			continue
		}
		out = append(out, p)
	}
	return out, errors.Join(errs...)
}

// Base is the address of the site, without a slash at its end. listen is the address that was really opened.
func (s Site) Base(listen net.Addr) string {
	if s.BaseURL != "" {
		return strings.TrimRight(s.BaseURL, "/")
	}
	host, port, err := net.SplitHostPort(listen.String())
	if err != nil {
		return "http://" + listen.String()
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// Check says what is wrong with the settings, all of it.
func (s Site) Check() error {
	var errs []error
	if s.BaseURL != "" {
		u, err := url.Parse(s.BaseURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" {
			errs = append(errs, errors.New("--base-url must be an address such as https://manetomo.example.jp, without a path"))
		}
	}
	if _, err := Networks(s.TrustedProxies); err != nil {
		errs = append(errs, fmt.Errorf("--trusted-proxies: %w", err))
	}
	if _, err := Networks(s.MetricsFrom); err != nil {
		errs = append(errs, fmt.Errorf("--metrics-from: %w", err))
	}
	if s.Demo {
		if host, _, err := net.SplitHostPort(s.Listen); err != nil || !loopback(host) {
			errs = append(errs, errors.New("--demo lets everybody in as anybody: it only runs on loopback, such as --listen 127.0.0.1:8080"))
		}
	}
	if s.SMTP.Host != "" && s.SMTP.From == "" {
		errs = append(errs, errors.New("--smtp-from must be set with --smtp-host"))
	}
	return errors.Join(errs...)
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Networks reads addresses and networks.
func Networks(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range list {
		s = strings.TrimSpace(s)
		if s == "" {
			continue
		}
		if ip, err := netip.ParseAddr(s); err == nil {
			out = append(out, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("%q is neither an address nor a network", s)
		}
		out = append(out, p)
	}
	return out, nil
}

// Environ is os.Environ, here so that no other package reads the environment.
func Environ() []string { return os.Environ() }
