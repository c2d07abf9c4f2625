// parse.js FILE...: parses each drawing with Mermaid itself; prints what its labels say, a line each, as a reader sees
// it, or what is wrong with it.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

// Mermaid wants a browser, if only to look for markup in labels
const { window } = new JSDOM("");
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await import("mermaid");
mermaid.initialize({ startOnLoad: false });

const shown = (label) => {
	const div = document.createElement("div");
	// characters by number or name, as Mermaid writes them in the end
	div.innerHTML = label.replace(/ﬂ°°(\d+)¶ß/g, "&#$1;").replace(/ﬂ°(\w+)¶ß/g, "&$1;").replace(/<br\s*\/?>/g, " ");
	return div.textContent.trim();
};

for (const file of process.argv.slice(2)) {
	const { db } = await mermaid.mermaidAPI.getDiagramFromText(readFileSync(file, "utf8"));
	for (const box of db.getSubGraphs()) console.log("box:", shown(box.title));
	for (const device of db.getVertices().values()) console.log("device:", shown(device.text ?? ""));
	for (const edge of db.getEdges().filter((one) => one.stroke !== "invisible"))
		console.log("edge:", edge.start, edge.stroke, edge.end, shown(edge.text ?? ""));
}
