#!/usr/bin/env bash
# The run of the GitHub Action: reports into a folder, the Markdown into the job summary, the verdict into the outputs.
# Its inputs are the variables CLAWCHECK_*, which action.yml sets.
set -u

out=${CLAWCHECK_OUTPUT:-clawcheck-report}
mkdir -p -- "$out" || exit 73
# A report that an earlier step left there must not be taken for that of this run.
rm -f -- "$out"/report.{json,sarif,html,md,xml}

options=(--env "$CLAWCHECK_ENVIRONMENT" --config "$CLAWCHECK_CONFIG" --timeout "$CLAWCHECK_TIMEOUT")
[ -z "${CLAWCHECK_AREAS:-}" ] || options+=(--area "$CLAWCHECK_AREAS")
for extension in json sarif html md xml; do options+=(--output "$out/report.$extension"); done

# The text of a run goes to the log between two lines that keep the runner from taking any of it for a command.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$token"
node "$CLAWCHECK_HOME/dist/clawcheck.js" run "${options[@]}"
code=$?
echo
echo "::$token::"

case $code in
  0) verdict=READY ;;
  20) verdict=NOT_READY ;;
  21) verdict=INCOMPLETE ;;
  22) verdict=UNTRUSTED ;;
  *) verdict=NONE ;;
esac
{
  echo "verdict=$verdict"
  echo "exit-code=$code"
  if [ -f "$out/report.json" ]; then echo "report=$out/report.json"; fi
  if [ -f "$out/report.sarif" ]; then echo "sarif=$out/report.sarif"; fi
} >>"$GITHUB_OUTPUT"

# A summary may have 1 MiB, and one that is larger is not shown at all.
if [ -f "$out/report.md" ] && [ "$(wc -c <"$out/report.md")" -lt 1000000 ]; then
  cat -- "$out/report.md" >>"$GITHUB_STEP_SUMMARY"
else
  echo "clawcheck: $verdict (exit $code). The reports are in the artifact, where there are any." >>"$GITHUB_STEP_SUMMARY"
fi

case $verdict in
  READY) exit 0 ;;
  NONE)
    echo "::error title=clawcheck::The run did not take place (exit $code); the log says why."
    exit "$code"
    ;;
  *)
    if [ "$CLAWCHECK_GATE" = false ]; then
      echo "::warning title=clawcheck::$verdict. The job summary has what to mend."
      exit 0
    fi
    echo "::error title=clawcheck::$verdict. The job summary has what to mend."
    exit "$code"
    ;;
esac
