package web

import (
	"net/netip"
	"slices"
	"strings"
)

// forwarded reads X-Forwarded-For from its end: the first address that is no trusted proxy is where the request began.
// What stands before it was written by the sender and proves nothing.
func forwarded(headers []string, trusted []netip.Prefix, otherwise string) string {
	var hops []string
	for _, h := range headers {
		hops = append(hops, strings.Split(h, ",")...)
	}
	for _, hop := range slices.Backward(hops) {
		ip, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return otherwise
		}
		if !slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(ip.Unmap()) }) {
			return ip.Unmap().String()
		}
	}
	return otherwise
}
