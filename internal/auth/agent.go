package auth

import "strings"

// agentWords says in words which browser on which machine a session belongs to, so that people recognise it in 設定.
// The order matters: browsers name their ancestors too.
func agentWords(ua string) string {
	browser := firstOf(ua, "ブラウザー", "Edg/", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "CriOS/", "Chrome", "Chrome/", "Chrome", "Safari/", "Safari")
	system := firstOf(ua, "", "iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "Mac OS X", "Mac", "CrOS", "Chromebook", "Linux", "Linux")
	if system == "" {
		return browser
	}
	return system + " の " + browser
}

// firstOf returns the word behind the first sign that ua has; pairs are sign, word.
func firstOf(ua, otherwise string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		if strings.Contains(ua, pairs[i]) {
			return pairs[i+1]
		}
	}
	return otherwise
}
