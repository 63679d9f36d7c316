/** The document of the page: everything in it is drawn by its script. */

export const DOCUMENT = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Pipeline</title>
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="page.css">
<script defer src="page.js"></script>
</head>
<body>
<div id="root"><main><h1>Pipeline</h1><p>The page is being loaded. It needs JavaScript.</p></main></div>
</body>
</html>
`;

/** A box that is half full. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect x="1.5" y="3.5" width="13" height="9" rx="2" fill="#fff" stroke="#0072b2" stroke-width="1.5"/><rect x="2" y="4" width="7" height="8" rx="1.5" fill="#0072b2"/></svg>
`;
