#!/usr/bin/env bash
# The run of the GitHub Action: reports into a folder, the Markdown into the job summary, the verdict into the outputs,
# what failed and what is not verified into annotations. Its inputs are the variables CLAWCHECK_*, which action.yml sets.
set -u

out=${CLAWCHECK_OUTPUT:-clawcheck-report}
mkdir -p -- "$out" || exit 73
# A report that an earlier step left there must not be taken for that of this run.
rm -f -- "$out"/report.{json,sarif,alerts.sarif,html,md,xml}

options=(--env "$CLAWCHECK_ENVIRONMENT" --config "$CLAWCHECK_CONFIG" --timeout "$CLAWCHECK_TIMEOUT")
[ -z "${CLAWCHECK_AREAS:-}" ] || options+=(--area "$CLAWCHECK_AREAS")
for extension in json sarif html md xml; do options+=(--output "$out/report.$extension"); done
more=$(mktemp -d)
trap 'rm -rf -- "$more"' EXIT
options+=(--output "$more/report.annotations.txt" --output "$out/report.alerts.sarif")

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
  if [ -f "$out/report.alerts.sarif" ]; then echo "alerts=$out/report.alerts.sarif"; fi
} >>"$GITHUB_OUTPUT"

# A summary may have 1 MiB, and one that is larger is not shown at all.
if [ -f "$out/report.md" ] && [ "$(wc -c <"$out/report.md")" -lt 1000000 ]; then
  cat -- "$out/report.md" >>"$GITHUB_STEP_SUMMARY"
else
  echo "clawcheck: $verdict (exit $code). The reports are in the artifact, where there are any." >>"$GITHUB_STEP_SUMMARY"
fi

if [ "$verdict" = NONE ]; then
  echo "::error title=clawcheck::The run did not take place (exit $code); the log says why."
  exit "$code"
fi
cat -- "$more/report.annotations.txt"
if [ "$verdict" != READY ] && [ "$CLAWCHECK_GATE" = false ]; then exit 0; fi
exit "$code"
