#!/bin/sh
# Writes a sentence in every voice, and a page to listen to them: target/voices/index.html. Those of the profile
# `multilingual` are among them if its files are there (make models PROFILE=multilingual).
set -eu
cd "$(dirname "$0")/.."
vivavoce=${VIVAVOCE:-target/release/vivavoce}
folder=target/voices
mkdir -p "$folder"

# Arguments of `say`, the name of the voice and its sentence.
list() {
    cat <<'LIST'
--tts hibari|Hibari, English (US)|Good morning. The train to Edinburgh leaves at 7:45 and costs $23.50.
--tts pico --voice en-US|Pico, English (US)|Good morning. The train to Edinburgh leaves at 7:45 and costs $23.50.
--tts pico --voice en-GB|Pico, English (UK)|Good morning. The train to Edinburgh leaves at 7:45 and costs £23.50.
--tts pico --lang de --voice de-DE|Pico, German|Guten Morgen. Der Zug nach München fährt um 7:45 Uhr und kostet 23,50 Euro.
--tts pico --lang es --voice es-ES|Pico, Spanish|Buenos días. El tren a Sevilla sale a las 7:45 y cuesta 23,50 euros.
--tts pico --lang fr --voice fr-FR|Pico, French|Bonjour. Le train pour Lyon part à 7 heures 45 et coûte 23,50 euros.
--tts pico --lang it --voice it-IT|Pico, Italian|Buongiorno. Il treno per Firenze parte alle 7:45 e costa 23,50 euro.
LIST
    "$vivavoce" models verify --profile multilingual --lang zh > /dev/null 2>&1 || return 0
    kokoro='--profile multilingual --tts kokoro'
    cat <<LIST
$kokoro --lang en --voice af_heart|Kokoro, English (US)|Good morning. The train to Edinburgh leaves at 7:45 and costs \$23.50.
$kokoro --lang en --voice bf_emma|Kokoro, English (UK)|Good morning. The train to Edinburgh leaves at 7:45 and costs £23.50.
$kokoro --lang es --voice ef_dora|Kokoro, Spanish, a woman|Buenos días. El tren a Sevilla sale a las 7:45 y cuesta 23,50 euros.
$kokoro --lang es --voice em_alex|Kokoro, Spanish, a man|Buenos días. El tren a Sevilla sale a las 7:45 y cuesta 23,50 euros.
$kokoro --lang fr --voice ff_siwis|Kokoro, French|Bonjour. Le train pour Lyon part à 7 heures 45 et coûte 23,50 euros.
$kokoro --lang it --voice if_sara|Kokoro, Italian, a woman|Buongiorno. Il treno per Firenze parte alle 7:45 e costa 23,50 euro.
$kokoro --lang it --voice im_nicola|Kokoro, Italian, a man|Buongiorno. Il treno per Firenze parte alle 7:45 e costa 23,50 euro.
$kokoro --lang zh --voice zf_xiaobei|Kokoro, Chinese, a woman|早上好。去上海的火车七点四十五分出发，票价是二十三块五。
$kokoro --lang zh --voice zm_yunjian|Kokoro, Chinese, a man|早上好。去上海的火车七点四十五分出发，票价是二十三块五。
LIST
}

page=$folder/index.html
cat > "$page" <<'HTML'
<!doctype html>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>vivavoce: voices</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
figure { margin: 1.5rem 0 } audio { width: 100% } figcaption { font-weight: 600 }
</style>
<h1>Voices</h1>
HTML
n=0
list | while IFS='|' read -r arguments name sentence; do
    n=$((n + 1))
    # shellcheck disable=SC2086 # several arguments
    "$vivavoce" say "$sentence" -o "$folder/$n.wav" $arguments
    printf '<figure><figcaption>%s</figcaption><p>%s</p><audio controls src="%s.wav"></audio></figure>\n' \
        "$name" "$sentence" "$n" >> "$page"
done
echo "$page: open it to listen"
