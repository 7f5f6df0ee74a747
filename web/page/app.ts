// The base script of every page. Everything here is comfort: reading, searching and posting work without it.
import { focusErrors, guardForms, sendSeen, watchCounters } from "./forms";
import { revealButtons } from "./buttons";
import { closeMenus } from "./menu";
import { listenForKeys } from "./keys";
import { switchLooks } from "./look";
import { attachSuggest } from "./suggest";
import { rememberSearch } from "./recent";
import { countInTitle } from "./title";
import { keepUnsent } from "./draft";
import { startLink } from "../live/start";

closeMenus();
guardForms();
focusErrors();
watchCounters();
sendSeen();
revealButtons();
switchLooks();
countInTitle();
keepUnsent();
startLink();
listenForKeys();
rememberSearch();
for (const input of document.querySelectorAll<HTMLInputElement>("input[data-suggest]")) attachSuggest(input);
