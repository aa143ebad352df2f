/** The look of the pictures, with a ground of their own: readable on light and dark pages alike, whichever of the two a viewer asks for. */
export const STYLE = `
  svg { --ground: #ffffff; --text: #1f2328; --muted: #59636e; --line: #8c959f; --box: #f0f3f6; --main: #dbe9ff; --outside: #ffffff;
    --key-a: #1f5fbf; --key-b: #8a4b00; --on-key: #ffffff; }
  @media (prefers-color-scheme: dark) {
    svg { --ground: #151b23; --text: #e6edf3; --muted: #9aa4af; --line: #7d8590; --box: #262c36; --main: #1f3a5f; --outside: #151b23;
      --key-a: #79b0ff; --key-b: #f0b35a; --on-key: #0d1117; }
  }
  text { font-family: Helvetica, Arial, sans-serif; fill: var(--text); }
  .ground, .graph > polygon { fill: var(--ground); stroke: none; }`;
