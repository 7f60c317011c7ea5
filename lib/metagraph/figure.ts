/** The one place that knows Observable Plot: pictures as SVG, without a browser. */

import type * as Plot from "@observablehq/plot";
import { writeFileAtomic } from "../base/files.ts";
import { type Display, escapeHtml } from "../base/table.ts";

/** What marks are made with. */
export type PlotLibrary = typeof Plot;

/** What a picture shows, and how; see the options of Observable Plot. */
export type PlotOptions = Omit<Plot.PlotOptions, "document" | "style" | "title">;

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

/** Space above the frame, for the title. */
const MARGIN_TOP = 40;

/** A picture. As the last expression of a cell, it shows itself in a notebook. */
export class Figure {
  /** What it shows, in a few words. */
  readonly title: string;
  /** The picture as a file of its own. */
  readonly svg: string;

  /** @internal Use the functions that plot something. */
  constructor(title: string, svg: string) {
    this.title = title;
    this.svg = svg;
  }

  /** Writes the picture as an SVG file, over one that is there. */
  async save(path: string): Promise<void> {
    const bytes = new TextEncoder().encode(this.svg);
    await writeFileAtomic(path, bytes, { mode: 0o644, overwrite: true });
  }

  toString(): string {
    return `Figure (${this.title})`;
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** The HTML is for converters that cannot show SVG, such as nbconvert 6.5. */
  [Symbol.for("Jupyter.display")](): Display {
    const source = `data:image/svg+xml;base64,${new TextEncoder().encode(this.svg).toBase64()}`;
    return {
      "text/plain": this.toString(),
      "text/html": `<img alt="${escapeHtml(this.title)}" src="${source}">`,
      "image/svg+xml": this.svg,
    };
  }
}

/** Draws a picture; the library is loaded for the first one. */
export async function drawFigure(
  title: string,
  optionsOf: (plot: PlotLibrary) => PlotOptions,
): Promise<Figure> {
  const plot = await import("@observablehq/plot");
  const { parseHTML } = await import("linkedom");
  const { document } = parseHTML("<html></html>") as unknown as {
    document: Plot.PlotOptions["document"];
  };
  const { marks = [], ...options } = optionsOf(plot);
  const heading = plot.text([title], {
    frameAnchor: "top-left",
    dy: 10 - MARGIN_TOP,
    fontSize: 14,
    fontWeight: "bold",
  });
  const picture = plot.plot({
    marginTop: MARGIN_TOP,
    marginRight: 30,
    marginBottom: 45,
    marginLeft: 75,
    width: 720,
    ...options,
    // At the top, where they are by default, they would be in the title.
    y: { labelAnchor: "center", labelArrow: "none", ...options.y },
    x: { labelAnchor: "center", labelArrow: "none", ...options.x },
    marks: [...marks, heading],
    // Also readable where the page behind it is dark.
    style: { background: "white", color: "#222", fontFamily: "sans-serif", fontSize: "12px" },
    document,
  });
  picture.setAttribute("xmlns", SVG_NAMESPACE);
  return new Figure(title, picture.outerHTML);
}
