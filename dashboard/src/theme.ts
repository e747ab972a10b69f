// Light, dark, or what the system says. The choice is the one thing that the browser keeps.
const NAME = "confab-theme";
export type Theme = "system" | "light" | "dark";

export function theme(): Theme {
  try {
    const kept = localStorage.getItem(NAME);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system";
  }
}

export function applyTheme(chosen: Theme = theme()): void {
  if (chosen === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", chosen);
}

export function chooseTheme(chosen: Theme): void {
  try {
    if (chosen === "system") localStorage.removeItem(NAME);
    else localStorage.setItem(NAME, chosen);
  } catch {
    // A browser that keeps nothing shows the choice until the page is left.
  }
  applyTheme(chosen);
}
