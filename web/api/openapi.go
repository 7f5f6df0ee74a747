package api

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/manetomo/manetomo/web/page"
)

// descriptions are written by hand, a file for each part of the API. Tests hold them against routes, structs and answers.
//
//go:embed openapi/*.json
var descriptions embed.FS

// description is an OpenAPI document. Reading one file after another into it gathers what they hold.
type description struct {
	OpenAPI    string                    `json:"openapi"`
	Info       map[string]any            `json:"info"`
	Servers    []map[string]string       `json:"servers"`
	Tags       []map[string]string       `json:"tags"`
	Security   []map[string][]string     `json:"security"`
	Paths      map[string]map[string]any `json:"paths"`
	Components components                `json:"components"`
}

type components struct {
	SecuritySchemes map[string]any `json:"securitySchemes"`
	Parameters      map[string]any `json:"parameters"`
	Responses       map[string]any `json:"responses"`
	Schemas         map[string]any `json:"schemas"`
}

// OpenAPI answers GET /api/v1/openapi.json, to anybody.
func OpenAPI(baseURL string) page.Handler {
	described := sync.OnceValues(func() (*description, error) { return describe(baseURL) })
	return func(w http.ResponseWriter, _ *http.Request) error {
		d, err := described()
		if err != nil {
			return err
		}
		return Write(w, http.StatusOK, d)
	}
}

// describe gathers the description and adds what holds for every operation.
func describe(baseURL string) (*description, error) {
	files, err := descriptions.ReadDir("openapi")
	if err != nil {
		return nil, fmt.Errorf("list the API's descriptions: %w", err)
	}
	var d description
	for _, f := range files {
		text, err := descriptions.ReadFile("openapi/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("read the API's description: %w", err)
		}
		in := json.NewDecoder(bytes.NewReader(text))
		in.DisallowUnknownFields()
		if err := in.Decode(&d); err != nil {
			return nil, fmt.Errorf("read the API's description %s: %w", f.Name(), err)
		}
	}
	d.Servers = []map[string]string{{"url": baseURL}}
	d.Security = []map[string][]string{{"session": {}}, {"token": {"read"}}}
	for path, item := range d.Paths {
		for method, operation := range item {
			if o, ok := operation.(map[string]any); ok { // "parameters" is a list
				complete(o, path, method)
			}
		}
	}
	return &d, nil
}

// complete gives an operation what its method and path tell: the scopes of a token, the key that makes a write happen
// once, and the shape of errors.
func complete(operation map[string]any, path, method string) {
	var scopes []string
	if method != "get" {
		scopes = append(scopes, "write")
		given, _ := operation["parameters"].([]any)
		operation["parameters"] = append(given, map[string]any{"$ref": "#/components/parameters/IdempotencyKey"})
	}
	if strings.HasPrefix(path, "/api/v1/admin/") {
		scopes = append(scopes, "admin")
	}
	if len(scopes) > 0 {
		operation["security"] = []map[string][]string{{"session": {}}, {"token": scopes}}
	}
	if responses, ok := operation["responses"].(map[string]any); ok {
		responses["default"] = map[string]any{"$ref": "#/components/responses/Problem"}
	}
}
