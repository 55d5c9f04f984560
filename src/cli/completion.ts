import { exitCodeOf } from '../model/exit-code.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** Each script asks the program itself what fits, so that it is never stale. Where nothing does, files are offered. */
const scripts: Readonly<Record<Shell, string>> = {
  bash: `_clawcheck() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <("$1" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _clawcheck clawcheck
`,
  zsh: `#compdef clawcheck
_clawcheck() {
  local -a found
  found=("\${(@f)$(clawcheck __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then
    compadd -- "\${found[@]}"
  else
    _files
  fi
}
if [[ "\${funcstack[1]}" = _clawcheck ]]; then
  _clawcheck "$@"
else
  compdef _clawcheck clawcheck
fi
`,
  fish: `function __clawcheck_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found (clawcheck __complete -- $words[2..-1] "$current" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path "$current"
    end
end
complete -c clawcheck -f -a '(__clawcheck_complete)'
`,
};

export function completionCommand(shell: Shell): void {
  process.stdout.write(scripts[shell]);
  process.exitCode = exitCodeOf('READY');
}
