package site

import (
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"time"
)

// Proxy sends each request to the next of several nodes, sockets too, as the reverse proxy before a large site does.
// A node that does not answer is passed over.
func Proxy(nodes ...*url.URL) http.Handler {
	var turn atomic.Uint64
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			first := int(turn.Add(1) % uint64(len(nodes)))
			node := nodes[first]
			for i := range nodes {
				if node = nodes[(first+i)%len(nodes)]; alive(node) {
					break
				}
			}
			r.SetURL(node)
			r.Out.Host = r.In.Host // the nodes know the site by the address that people use
			r.SetXForwarded()
		},
		// A connection kept open to a node that has just died would fail a request that another could have answered.
		Transport: &http.Transport{DisableKeepAlives: true},
	}
}

// alive tells whether somebody listens there.
func alive(node *url.URL) bool {
	conn, err := net.DialTimeout("tcp", node.Host, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
