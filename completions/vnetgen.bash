# bash completion for vnetgen(1): commands, options, styles, formats and languages are those that its --help lists
_vnetgen() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} i own=() records=() names=() help styles commands command=
	for ((i = 1; i < COMP_CWORD; i++)); do
		[ "${COMP_WORDS[i]}" != --templates ] || own=(--templates "${COMP_WORDS[i + 1]}")
		[ "${COMP_WORDS[i]}" != --run-dir ] || records=(--run-dir "${COMP_WORDS[i + 1]}")
	done
	help=$("${1/#\~/$HOME}" "${own[@]}" --help 2> /dev/null) || return
	commands=$(sed -n 's/^  vnetgen \([a-z-]*\) .*/\1/p' <<< "$help")
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ $'\n'$commands$'\n' != *$'\n'"${COMP_WORDS[i]}"$'\n'* ]] || command=${COMP_WORDS[i]}
	done
	case $before in
	--style | --format | --lang)
		styles=${help#*"$before" *there are } styles=${styles%%$'\n'*} styles=${styles// and / }
		names=("${styles//,/ }")
		;;
	--diagrams) names=("once each none") ;;
	--set | --step | --meta | --timeout) return ;;
	--log | --path | --templates | --run-dir | --output | -o) compopt -o default; return ;;
	*)
		case $word in
		-*) names=("$(grep -oE '^  (-., )?--[a-z-]+' <<< "$help" | tr -d ,)") ;;
		*)
			compopt -o filenames
			mapfile -t COMPREPLY < <(compgen -f -X '!*.ini' -- "$word"; compgen -d -- "$word")
			[ -n "$command" ] || names=("$commands")
			[ "$command" != down ] || names=("$("${1/#\~/$HOME}" list "${records[@]}" 2> /dev/null | cut -d ' ' -f 1)")
			;;
		esac
		;;
	esac
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "${names[*]}" -- "$word")
}
complete -F _vnetgen vnetgen
