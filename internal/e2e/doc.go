// Package e2e tests the program from outside, as people use it: scripts that read like rules (testdata/*.txtar), people
// in real browsers, kills and restarts, several nodes on one database. It has only tests; the parts that they share are
// site (the program), visitor (a browser without scripts) and browser (Chromium).
package e2e
