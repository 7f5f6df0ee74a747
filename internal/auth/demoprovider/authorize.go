package demoprovider

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	codeTime  = time.Minute
	tokenTime = 10 * time.Minute
)

// grant is what a code stands for.
type grant struct {
	person    Person
	client    string
	redirect  string
	challenge string
	nonce     string
	until     time.Time
}

// access is what an access token opens.
type access struct {
	person Person
	until  time.Time
}

// fault returns what is wrong with a request to authorize, "" if nothing.
func fault(q url.Values) string {
	to, err := url.Parse(q.Get("redirect_uri"))
	switch {
	case q.Get("client_id") != ClientID:
		return "client_id が違います。"
	case err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" || !strings.HasSuffix(to.Path, "/callback"):
		return "redirect_uri が違います。"
	case q.Get("response_type") != "code":
		return "response_type は code です。"
	case !slices.Contains(strings.Fields(q.Get("scope")), "openid"):
		return "scope に openid がありません。"
	case q.Get("code_challenge") == "" || q.Get("code_challenge_method") != "S256":
		return "PKCE (S256) が必要です。"
	}
	return ""
}

// pick shows the page to pick a person from.
func (p *Provider) pick(w http.ResponseWriter, r *http.Request, status int, problem string) {
	q := r.URL.Query()
	if f := fault(q); f != "" {
		status, problem = http.StatusBadRequest, f
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = p.page.Execute(w, map[string]any{ // the reader is gone
		"People": p.people, "Style": p.issuer + "/style.css", "Action": p.issuer + "/authorize?" + r.URL.RawQuery,
		"Problem": problem, "Broken": fault(q) != "",
	})
}

// picked sends the browser back to the site with a code.
func (p *Provider) picked(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if fault(q) != "" {
		p.pick(w, r, http.StatusBadRequest, "")
		return
	}
	person, ok := p.find(r.PostFormValue("person"))
	if !ok {
		p.pick(w, r, http.StatusUnprocessableEntity, "一覧から一人を選んでください。")
		return
	}
	code := secret()
	p.mu.Lock()
	p.sweep()
	p.codes[code] = grant{person, q.Get("client_id"), q.Get("redirect_uri"), q.Get("code_challenge"), q.Get("nonce"), p.now().Add(codeTime)}
	p.mu.Unlock()
	to, _ := url.Parse(q.Get("redirect_uri")) // fault has parsed it
	back := to.Query()
	back.Set("code", code)
	back.Set("state", q.Get("state"))
	to.RawQuery = back.Encode()
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
}

func (p *Provider) find(address string) (Person, bool) {
	i := slices.IndexFunc(p.people, func(o Person) bool { return strings.EqualFold(o.Email, strings.TrimSpace(address)) })
	if i < 0 {
		return Person{}, false
	}
	return p.people[i], true
}

// token exchanges a code, once.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secretGiven, basic := r.BasicAuth()
	if basic {
		id, _ = url.QueryUnescape(id)
		secretGiven, _ = url.QueryUnescape(secretGiven)
	} else {
		id, secretGiven = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	if id != ClientID || subtle.ConstantTimeCompare([]byte(secretGiven), []byte(ClientSecret)) != 1 {
		answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	p.mu.Lock()
	g, ok := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !ok || r.PostFormValue("grant_type") != "authorization_code" || !g.until.After(p.now()) || g.client != id ||
		g.redirect != r.PostFormValue("redirect_uri") || base64.RawURLEncoding.EncodeToString(sum[:]) != g.challenge {
		answer(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
		return
	}
	idToken, err := p.Sign(p.Claims(g.person, g.nonce))
	if err != nil {
		answer(w, http.StatusInternalServerError, map[string]string{"error": "server_error"})
		return
	}
	token := secret()
	p.mu.Lock()
	p.open[token] = access{g.person, p.now().Add(tokenTime)}
	p.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{
		"access_token": token, "token_type": "Bearer", "expires_in": int(tokenTime / time.Second), "id_token": idToken})
}

// Claims are what the ID token of a person says.
func (p *Provider) Claims(person Person, nonce string) map[string]any {
	now := p.now()
	c := map[string]any{"iss": p.issuer, "sub": person.Subject, "aud": ClientID, "iat": now.Unix(), "exp": now.Add(tokenTime).Unix(),
		"name": person.Name, "email": person.Email, "email_verified": true}
	if nonce != "" {
		c["nonce"] = nonce
	}
	return c
}

// Sign makes an ID token of claims; tests sign wrong ones.
func (p *Provider) Sign(claims map[string]any) (string, error) {
	b, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signed, err := p.signer.Sign(b)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	p.mu.Lock()
	a, ok := p.open[token]
	p.mu.Unlock()
	if !ok || !a.until.After(p.now()) {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_token"})
		return
	}
	answer(w, http.StatusOK, map[string]any{"sub": a.person.Subject, "name": a.person.Name, "email": a.person.Email, "email_verified": true})
}

// sweep forgets what is over. The caller holds the lock.
func (p *Provider) sweep() {
	now := p.now()
	for code, g := range p.codes {
		if !g.until.After(now) {
			delete(p.codes, code)
		}
	}
	for token, a := range p.open {
		if !a.until.After(now) {
			delete(p.open, token)
		}
	}
}

func orEmpty(r *http.Request) io.ReadCloser {
	if r.Body == nil {
		return http.NoBody
	}
	return r.Body
}
