// Paints many marks on a canvas over the map. As elements, two thousand of them take a browser
// longer to style and draw at each step of a clock than all the rest of the page, and the ground
// under them is drawn again each time; pictures drawn once for each look take a few milliseconds.
// What a mark looks like is said in report.css alone: the pictures are made of what it says.
"use strict";
class Painter {
  constructor(map) {
    this.map = map;
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("aria-hidden", "true");
    this.pen = this.canvas.getContext("2d");
    this.fit();
    map.after(this.canvas);
    map.parentNode.classList.add("painted");
  }
  // Takes the size of the map; asked for seldom, for it makes the browser lay out the page.
  fit() {
    const ratio = window.devicePixelRatio || 1, wide = this.map.clientWidth, high = this.map.clientHeight;
    if (ratio !== this.ratio) this.forget();
    if (ratio === this.ratio && wide === this.wide && high === this.high) return;
    Object.assign(this, {ratio, wide, high});
    this.canvas.width = Math.round(wide * ratio);
    this.canvas.height = Math.round(high * ratio);
  }
  // Colours may have changed: all pictures are drawn anew.
  forget() {
    this.pictures = [new Map(), new Map()];  // by look: of points, of areas
    this.focus = getComputedStyle(this.map).getPropertyValue("--focus");
  }
  // Each spot has x, y, look (a place in `looks`), wide, here; the box is the part of the map shown.
  paint(spots, looks, box) {
    const {pen, ratio, canvas} = this, scale = this.wide / box.w * ratio, margin = 20 * ratio;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    const put = spot => {
      const x = (spot.x - box.x) * scale, y = (spot.y - box.y) * scale;
      if (x < -margin || y < -margin || x > canvas.width + margin || y > canvas.height + margin) return;
      const {image, half} = this.picture(looks[spot.look], spot.wide);
      pen.drawImage(image, Math.round(x - half), Math.round(y - half));
      if (!spot.here) return;
      pen.strokeStyle = this.focus;
      pen.lineWidth = 3 * ratio;
      pen.beginPath();
      pen.arc(x, y, 14 * ratio, 0, 2 * Math.PI);
      pen.stroke();
    };
    // In the order of the elements, but the one that is chosen on top.
    let chosen = null;
    for (const spot of spots) { if (spot.here) chosen = spot; else put(spot); }
    if (chosen) put(chosen);
  }
  picture(look, wide) {
    const kept = this.pictures[+wide], found = kept.get(look);
    if (found) return found;
    const [classes, parts] = look;
    const reach = 3 + Math.ceil(Math.max(...parts.flatMap(([, points]) => points.map(Math.abs))));
    const [image, pen] = this.blank(2 * reach);
    pen.translate(reach, reach);
    const [sample, shapes] = this.sample(classes, parts, wide);
    parts.forEach(([, points], n) => {
      const path = new Path2D();
      for (let at = 0; at < points.length; at += 2) path.lineTo(points[at], points[at + 1]);
      path.closePath();
      this.trace(pen, path, getComputedStyle(shapes[n]));
    });
    sample.remove();
    const made = {half: image.width / 2, image: image.transferToImageBitmap()};
    kept.set(look, made);
    return made;
  }
  blank(side) {
    const wide = Math.ceil(side * this.ratio), image = new OffscreenCanvas(wide, wide), pen = image.getContext("2d");
    pen.scale(this.ratio, this.ratio);
    return [image, pen];
  }
  // A mark as the map would have it as an element, for its style.
  sample(classes, parts, wide) {
    const group = (parent, name) => {
      const one = document.createElementNS("http://www.w3.org/2000/svg", "g");
      one.setAttribute("class", name);
      parent.append(one);
      return one;
    };
    const sample = group(this.map, wide ? "spot wide" : "spot"), mark = group(sample, `mark ${classes}`);
    return [sample, parts.map(([name]) => {
      const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
      shape.setAttribute("class", name);
      mark.append(shape);
      return shape;
    })];
  }
  trace(pen, path, style) {
    if (style.fill !== "none") {
      pen.globalAlpha = +style.fillOpacity;
      pen.fillStyle = style.fill.startsWith("url(") ? this.hatch(pen) : style.fill;
      pen.fill(path);
      pen.globalAlpha = 1;
    }
    if (style.stroke !== "none") {
      pen.strokeStyle = style.stroke;
      pen.lineWidth = parseFloat(style.strokeWidth);
      pen.lineJoin = style.strokeLinejoin;
      pen.setLineDash(style.strokeDasharray === "none" ? [] : style.strokeDasharray.split(",").map(parseFloat));
      pen.stroke(path);
    }
  }
  hatch(pen) {
    const [image, on] = this.blank(6);
    for (const one of this.map.querySelectorAll("pattern path")) this.trace(on, new Path2D(one.getAttribute("d")), getComputedStyle(one));
    const made = pen.createPattern(image, "repeat");
    made.setTransform(new DOMMatrix().scale(1 / this.ratio));
    return made;
  }
}
