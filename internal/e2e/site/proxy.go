package site

import (
	"errors"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"syscall"
)

// Proxy sends each request to the next of several nodes, sockets too, as the reverse proxy before a large site does.
// A node that does not answer is passed over.
func Proxy(nodes ...*url.URL) http.Handler {
	var turn atomic.Uint64
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(nodes[int(turn.Add(1))%len(nodes)])
			r.Out.Host = r.In.Host // the nodes know the site by the address that people use
			r.SetXForwarded()
		},
		Transport: next{nodes: nodes},
	}
}

// next tries the other nodes when one refuses the connection; nothing has been sent by then.
type next struct{ nodes []*url.URL }

func (n next) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	for _, node := range n.nodes {
		if err == nil || !refused(err) {
			return answer, err
		}
		if node.Host != r.URL.Host {
			r.URL.Host = node.Host
			answer, err = http.DefaultTransport.RoundTrip(r)
		}
	}
	return answer, err
}

func refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
