package main

import (
	"fmt"
	"net"

	"github.com/manetomo/manetomo/internal/auth/demoprovider"
)

type demoProviderCmd struct {
	Listen string `help:"Address to listen on." default:"127.0.0.1:8090" env:"MANETOMO_DEMO_PROVIDER_LISTEN" placeholder:"HOST:PORT"`
	Issuer string `help:"Address of the issuer as the sites and browsers reach it; default: the listen address." env:"MANETOMO_DEMO_PROVIDER_ISSUER" placeholder:"URL"`
}

// Run is an ordinary OpenID provider whose people anybody may be: for demonstrations and tests with several nodes.
func (c demoProviderCmd) Run(p *program) error {
	ln, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	if c.Issuer == "" {
		c.Issuer = "http://" + ln.Addr().String()
	}
	provider, err := demoprovider.New(c.Issuer, demoprovider.People())
	if err != nil {
		ln.Close()
		return err
	}
	fmt.Fprintf(p.out, "listening on %s\nclient id %s, client secret %s\n", c.Issuer, demoprovider.ClientID, demoprovider.ClientSecret)
	return serve(p.ctx, ln, provider, nil, func() {})
}
