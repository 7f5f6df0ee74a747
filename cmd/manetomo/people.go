package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/manetomo/manetomo/internal/auth"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/member"
)

type rosterCmd struct {
	Import rosterImportCmd `cmd:"" help:"Take a roster file in: CSV, in UTF-8, UTF-16 or Shift_JIS."`
}

type rosterImportCmd struct {
	File   string `arg:"" type:"existingfile" help:"The file."`
	DryRun bool   `help:"Only say what would happen."`
}

// Run prints an answer to every row that is not simply taken; rows with problems end it with exit code 3.
func (c rosterImportCmd) Run(p *program) error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	return p.withMembers(func(_ *db.DB, members *member.Service) error {
		take := members.ImportRosterByOperator
		if c.DryRun {
			take = members.PreviewRosterByOperator
		}
		r, err := take(p.ctx, data)
		if err != nil {
			return err
		}
		for _, l := range r.Lines {
			if l.Detail != "" {
				fmt.Fprintf(p.out, "%4d  %-8s %s\n", l.Line, l.State, l.Detail)
			}
		}
		fmt.Fprintf(p.out, "new %d, changed %d, same %d, problems %d\n",
			r.Count(member.LineNew), r.Count(member.LineChanged), r.Count(member.LineSame), r.Count(member.LineProblem))
		if n := r.Count(member.LineProblem); n > 0 {
			return exit{exitRefused, fmt.Errorf("%d rows were not taken", n)}
		}
		return nil
	})
}

type inviteCmd struct {
	Role    string        `help:"What the link gives: secretariat, moderator, fellow, alumnus, adviser or steward."`
	Person  string        `help:"Address of a member who needs a new way to sign in; without a role." placeholder:"EMAIL"`
	Year    int           `help:"Fiscal year of the cohort."`
	Course  cohort.Course `help:"Course of the cohort: regular or manager."`
	Town    string        `name:"municipality" help:"Code of the team's municipality."`
	Team    string        `help:"Name of the team."`
	BaseURL string        `name:"base-url" help:"Address of the site, for the link." env:"MANETOMO_BASE_URL" default:"http://127.0.0.1:8080"`
}

// Run prints a one-use link that ends by itself.
func (c inviteCmd) Run(p *program) error {
	if (c.Role == "") == (c.Person == "") {
		return exit{exitUsage, errors.New("give either --role or --person")}
	}
	return p.withMembers(func(_ *db.DB, members *member.Service) error {
		in := member.Invite{Role: c.Role, Year: c.Year, Course: c.Course, Municipality: c.Town, Team: c.Team}
		if c.Person != "" {
			who, err := p.member(members, c.Person)
			if err != nil {
				return err
			}
			in.Person = who.ID
		}
		code, inv, err := members.InviteByOperator(p.ctx, in)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "Open this link and sign in. It works once, until %s:\n%s/invite/%s\n",
			inv.ExpiresAt.Local().Format("2006-01-02 15:04"), c.BaseURL, code)
		return nil
	})
}

type roleCmd struct {
	Grant  roleGrantCmd  `cmd:"" help:"Give a role over all cohorts: moderator or secretariat."`
	Revoke roleRevokeCmd `cmd:"" help:"Take it back."`
}

type roleGrantCmd struct {
	Role  string `arg:"" enum:"moderator,secretariat"`
	Email string `help:"Address of the member." required:""`
}

type roleRevokeCmd roleGrantCmd

func (c roleGrantCmd) Run(p *program) error  { return p.grant(c.Email, c.Role, true) }
func (c roleRevokeCmd) Run(p *program) error { return p.grant(c.Email, c.Role, false) }

func (p *program) grant(email, role string, on bool) error {
	return p.withMembers(func(_ *db.DB, members *member.Service) error {
		who, err := p.member(members, email)
		if err != nil {
			return err
		}
		if err := members.GrantByOperator(p.ctx, who.ID, role, on); err != nil {
			return err
		}
		p.say("done")
		return nil
	})
}

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make a token for the API. It is the last line printed, alone."`
}

type tokenCreateCmd struct {
	Email   string        `help:"Address of the person whose token it is." required:""`
	Scope   []string      `help:"What it may do: read, write, admin." default:"read"`
	Expires time.Duration `help:"How long it works; 0: until it is revoked." default:"0"`
	Label   string        `help:"What it is for." default:"made in the shell"`
}

func (c tokenCreateCmd) Run(p *program) error {
	return p.withMembers(func(d *db.DB, members *member.Service) error {
		who, err := p.member(members, c.Email)
		if err != nil {
			return err
		}
		n := auth.NewToken{Label: c.Label, Scopes: c.Scope, Operator: true}
		if c.Expires > 0 {
			n.Expires = d.Now().Add(c.Expires)
		}
		secret, err := auth.New(d, members, auth.Options{}).CreateToken(p.ctx, who.ID, n)
		if err != nil {
			return err
		}
		fmt.Fprintln(p.out, secret)
		return nil
	})
}

// withMembers opens the database beside a server that may be running.
func (p *program) withMembers(use func(*db.DB, *member.Service) error) error {
	d, err := p.open()
	if err != nil {
		return err
	}
	return errors.Join(use(d, member.New(d)), d.Close())
}

// member finds a person by address.
func (p *program) member(members *member.Service, email string) (*member.Person, error) {
	who, err := members.ByEmail(p.ctx, email)
	if err != nil {
		return nil, fmt.Errorf("no one person has the address %s: %w", email, err)
	}
	return who, nil
}
