package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// rewriteIDToken answers with the recorded answer of the token endpoint, its ID token made anew.
func rewriteIDToken(w http.ResponseWriter, rec *httptest.ResponseRecorder, change func(map[string]any), sign func(map[string]any) string) {
	var answer map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil || answer["id_token"] == nil {
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
		return
	}
	parts := strings.Split(answer["id_token"].(string), ".")
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		panic(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(b, &claims); err != nil {
		panic(err)
	}
	change(claims)
	answer["id_token"] = sign(claims)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

func segment(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func signNone(claims map[string]any) string {
	return segment(map[string]string{"alg": "none", "typ": "JWT"}) + "." + segment(claims) + "."
}

func signForeign(claims map[string]any) string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return signed(jose.SigningKey{Algorithm: jose.ES256, Key: key}, claims)
}

func signWithSecret(claims map[string]any) string {
	return signed(jose.SigningKey{Algorithm: jose.HS256, Key: []byte("manetomo-manetomo-manetomo-manetomo")}, claims)
}

func signed(key jose.SigningKey, claims map[string]any) string {
	signer, err := jose.NewSigner(key, nil)
	if err != nil {
		panic(err)
	}
	b, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	s, err := signer.Sign(b)
	if err != nil {
		panic(err)
	}
	out, err := s.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return out
}
