# fish completion for vnetgen(1): commands, options, styles, formats and languages are those that its --help lists
function __vnetgen_first
    not string match -qv -- '-*' (commandline -opc)[2..]
end
complete -c vnetgen -f -k -a '(__fish_complete_suffix .ini)'
for line in (vnetgen --help | string replace -rf '^  (vnetgen .*|.*--.*)' '$1')
    if set -l part (string match -r '^vnetgen (\S+) +(?:[A-Z|.]+ +)?(.*)' -- $line)
        complete -c vnetgen -n __vnetgen_first -a $part[2] -d $part[3]
    else if set -l part (string match -r -- '--([a-z-]+) ([A-Z]\S+) +(.*)' $line)
        complete -c vnetgen -l $part[2] -d $part[4] -r (string match -qr '^(FILE|DIR)$' $part[3]; and echo -- -F)
    else if set -l part (string match -r -- '--([a-z-]+) +(.*)' $line)
        complete -c vnetgen -l $part[2] -d $part[3]
    end
end
complete -c vnetgen -l style -x -d "spells commands so" -a '(vnetgen --help | string replace -rf ".*--style .*there are " "" | string replace -a " and " "," | string split -n "," | string trim)'
complete -c vnetgen -l format -x -d "writes or draws it so" -a '(vnetgen --help | string replace -rf ".*--format .*there are " "" | string replace -a " and " "," | string split -n "," | string trim)'
complete -c vnetgen -l lang -x -d "writes in it" -a '(vnetgen --help | string replace -rf ".*--lang .*there are " "" | string replace -a " and " "," | string split -n "," | string trim)'
complete -c vnetgen -l diagrams -x -a "once each none"
complete -c vnetgen -n '__fish_seen_subcommand_from down' -a '(vnetgen list (string match -r -- "--run-dir[= ]\S+" (commandline -p) | string split " ") 2> /dev/null | string replace -r " .*" "")'
