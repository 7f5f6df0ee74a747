// Command proxy stands before several nodes on this machine, for trying a site of several nodes without Docker:
//
//	go run ./internal/e2e/proxy 127.0.0.1:8080 http://127.0.0.1:8082 http://127.0.0.1:8083
package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"

	"github.com/manetomo/manetomo/internal/e2e/site"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: proxy LISTEN NODE…")
		os.Exit(2)
	}
	var nodes []*url.URL
	for _, address := range os.Args[2:] {
		node, err := url.Parse(address)
		if err != nil {
			fmt.Fprintln(os.Stderr, "proxy:", err)
			os.Exit(2)
		}
		nodes = append(nodes, node)
	}
	fmt.Fprintln(os.Stderr, "proxy:", http.ListenAndServe(os.Args[1], site.Proxy(nodes...)))
	os.Exit(1)
}
