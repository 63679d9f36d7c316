/** The scripts that a shell reads once, so that Tab asks the command itself. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** bash takes `:` and `=` for ends of words, so the text before them is removed from the answers. */
const BASH = String.raw`# pipeline completion bash >> ~/.bashrc
_pipeline() {
  local line=\${COMP_LINE:0:COMP_POINT} answer last settled
  local -a words
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  last=\${words[\${#words[@]}-1]}
  settled=\${last%"\${last##*[:=]}"}
  COMPREPLY=()
  while IFS= read -r answer; do
    COMPREPLY+=("\${answer#"$settled"}")
  done < <("\${words[0]}" complete -- "\${words[@]:1}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *: ]] && compopt -o nospace
}
complete -o default -F _pipeline pipeline
`.replaceAll('\\$', '$');

const ZSH = String.raw`#compdef pipeline
# pipeline completion zsh > a file called _pipeline in a folder of $fpath; or, after compinit: source <(pipeline completion zsh)
_pipeline() {
  local -a found
  found=("\${(@f)$("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n $found[1] ]]; then compadd -- "\${found[@]}"; else _files; fi
}
if [[ $funcstack[1] == _pipeline ]]; then _pipeline "$@"; else compdef _pipeline pipeline; fi
`.replaceAll('\\$', '$');

const FISH = `# pipeline completion fish > ~/.config/fish/completions/pipeline.fish
complete -c pipeline -a '(set -l words (commandline -opc); $words[1] complete -- $words[2..] (commandline -ct) 2>/dev/null)'
`;

export const scripts: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
