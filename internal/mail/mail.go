// Package mail sends letters by SMTP. It knows nothing of why a letter is written; who writes it keeps it in the
// database first and makes sure that it goes out once.
package mail

import (
	"context"
	"fmt"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/manetomo/manetomo/internal/config"
)

// sendTime bounds one conversation with the mail server.
const sendTime = 30 * time.Second

// Letter is plain text for one person.
type Letter struct {
	ID      string // stable: a letter that is sent again by mistake can be recognised
	To      string
	Subject string
	Text    string
}

// Sender sends letters. It opens a connection for each: there are few.
type Sender struct {
	conf config.SMTP
	host string // of the message ids
}

// NewSender makes a sender, or nil when no mail server is configured.
func NewSender(conf config.SMTP, host string) *Sender {
	if conf.Host == "" {
		return nil
	}
	return &Sender{conf, host}
}

// Send hands a letter to the mail server and returns when it has taken it.
func (s *Sender) Send(ctx context.Context, l Letter) error {
	m := gomail.NewMsg()
	if err := m.From(s.conf.From); err != nil {
		return fmt.Errorf("sender address: %w", err)
	}
	if err := m.To(l.To); err != nil {
		return fmt.Errorf("address of the person: %w", err)
	}
	m.Subject(l.Subject)
	m.SetMessageIDWithValue(l.ID + "@" + s.host)
	m.SetGenHeader(gomail.Header("Auto-Submitted"), "auto-generated")
	m.SetBodyString(gomail.TypeTextPlain, l.Text)

	opts := []gomail.Option{gomail.WithPort(s.conf.Port), gomail.WithTimeout(sendTime)}
	switch s.conf.TLS {
	case "tls":
		opts = append(opts, gomail.WithSSL())
	case "none":
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.conf.User != "" {
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(s.conf.User), gomail.WithPassword(s.conf.Password))
	}
	c, err := gomail.NewClient(s.conf.Host, opts...)
	if err != nil {
		return fmt.Errorf("mail server settings: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	return c.DialAndSendWithContext(ctx, m)
}
