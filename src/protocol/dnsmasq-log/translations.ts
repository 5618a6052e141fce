/** What dnsmasq writes in English, and the forms of its translations as Debian ships them (2.80, 2.90: de, es, fr, id, ka, no, pl, ro). */
export const TRANSLATIONS: readonly (readonly [english: string, forms: readonly string[]])[] = [
  [
    '%u available DHCP subnet: %s/%s',
    [
      '%u verfügbares DHCP-Subnetz: %s/%s',
      '%u verfügbare(s) DHCP-Subnetz: %s/%s',
      '%u sous-réseaux DHCP disponibles : %s/%s',
      '%u ხელმისაწვდომი DHCP ქვექსელი: %s/%s',
      '%u dostępna podsieć DHCP: %s/%s',
    ],
  ],
  [
    '%u available DHCP range: %s -- %s',
    [
      '%u verfügbarer DHCP-Bereich: %s - %s',
      '%u la gamme DHCP disponible est : %s -- %s',
      '%u ხელმისაწვდომი DHCP დიაპაზონი: %s -- %s',
      '%u dostępny zakres adresów DHCP: %s -- %s',
    ],
  ],
  [
    '%u vendor class: %s',
    [
      '%u "Vendor class": %s',
      "%u Classe de vendeur ('Vendor Class') : %s",
      '%u მომწოდებლის კლასი: %s',
      '%u klasa dostawcy: %s',
    ],
  ],
  [
    '%u user class: %s',
    [
      '%u Benutzerklasse: %s',
      "%u Classe d'utilisateur : %s",
      '%u მომხმარებლის კლასი: %s',
      '%u klasa użytkownika: %s',
    ],
  ],
  [
    '%u client provides name: %s',
    [
      '%u Klient stellt Name bereit: %s',
      'le client %u fourni le nom : %s',
      '%u კლიენტის მომწოდებლის სახელი: %s',
      'klient %u przedstawia się jako %s',
    ],
  ],
  ['%u tags: %s', ['%u Marken: %s', '%u etiquetas: %s', '%u options: %s', '%u ჭდე: %s', '%u cechy: %s']],
  [
    '%u requested options: %s',
    [
      '%u angeforderte Optionen: %s',
      '%u options demandées : %s',
      '%u მოთხოვნილ პარამეტრები: %s',
      '%u zażądano: %s',
    ],
  ],
  [
    '%u bootfile name: %s',
    [
      '%u Name der Bootdatei: %s',
      '%u nombre de bootfile: %s',
      "%u nom de fichier 'bootfile' : %s",
      '%u ჩასატვირთი ფაილის სახელი: %s',
      '%u nazwa pliku bootowania: %s',
    ],
  ],
  [
    '%u server name: %s',
    [
      '%u Servername: %s',
      '%u nombre de servidor: %s',
      '%u nom du serveur : %s',
      '%u სერვერის სახელი: %s',
      '%u nazwa serwera: %s',
    ],
  ],
  [
    '%u next server: %s',
    ['%u nächster Server: %s', '%u serveur suivant : %s', '%u შემდეგი სერვერი: %s', '%u następny serwer: %s'],
  ],
  [
    '%u broadcast response',
    [
      '%u Antwort per Broadcast',
      '%u Antwort per Rundsendung',
      '%u respuesta broadcast',
      '%u réponse broadcast',
      '%u სამაუწყებლო პასუხი',
      '%u odpowiedź rozgłoszeniowa',
    ],
  ],
  [
    'file %s not found for %s',
    [
      'Datei %s nicht gefunden für %s',
      'fichier %s non trouvé pour %s',
      'ფაილი %s ვერ ვიპოვე %s_სთვის',
      'plik %s nie został znaleziony dla %s',
    ],
  ],
  [
    'sent %s to %s',
    ['%s an %s verschickt', 'envoyé %s à %s', '%s გაგზავნილია %s-სთან', 'plik %s przesłano do %s'],
  ],
  [
    'failed sending %s to %s',
    [
      'konnte %s nicht an %s senden',
      "impossible d'envoyer %s à %s",
      '%s-ის %s-სთვის გაგზავნის შეცდომა',
      'błąd wysyłania pliku %s do komputera %s',
    ],
  ],
  [
    'error %d %s received from %s',
    [
      'Fehler %d %s von %s empfangen',
      'erreur %d %s reçu de %s',
      'შეცდომა %d %s მიღებულია %s -გან',
      'błąd %d %s odebrano od %s',
    ],
  ],
  [
    'unsupported request from %s',
    [
      'nicht unterstützte Anfrage von %s',
      'pedido no-soportado desde %s',
      'requête de %s non supportée',
      'მხარდაუჭერელი მოთხოვნა %s-დან',
      'nieobsługiwane żądanie od komputera %s',
    ],
  ],
  [
    'cannot access %s: %s',
    [
      'Kann auf %s nicht zugreifen: %s',
      'Ne peut pas lire %s : %s',
      '%s-სთან წვდომის შეცდომა: %s',
      'brak dostępu do %s: %s',
    ],
  ],
  [
    'cannot read %s: %s',
    [
      'kann %s nicht lesen: %s',
      'no se puede leer %s: %s',
      'Ne peut pas lire %s : %s',
      'tidak bisa membaca %s: %s',
      '%s -ის წაკითხვის შეცდომა: %s',
      'kan ikke lese %s: %s',
      'błąd odczytu z pliku %s: %s',
      'nu pot citi %s: %s',
    ],
  ],
  [
    'started, version %s DNS disabled',
    [
      'gestartet, Version %s, DNS abgeschaltet',
      'démarrage avec le DNS désactivé (version %s)',
      'გაეშვა, ვერსია %s DNS გამორთულია',
      'uruchomiony, wersja %s, DNS wyłączony',
    ],
  ],
  [
    'started, version %s cachesize %d',
    [
      'gestartet, Version %s, Zwischenspeichergröße %d',
      'iniciado, versión %s tamaño de caché %d',
      'demarré, version %s (taille de cache %d)',
      'dimulai, versi %s ukuran cache %d',
      'გაეშვა, ვერსია %s ქეშის ზომაა %d',
      'startet, versjon %s mellomlager størrelse %d',
      'uruchomiony, wersja %s, %d miejsc w pamięci podręcznej',
      'am ponit, versiunea %s memorie temporară %d',
    ],
  ],
  [
    'started, version %s cache disabled',
    [
      'Gestartet, Version %s, Zwischenspeicher deaktiviert',
      'iniciado, versión %s caché deshabilitado',
      'démarrage avec le cache désactivé (version %s)',
      'dimulai, cache versi %s di disable',
      'გაეშვა, ვერსია %s ქეში გამორთულია',
      'startet, versjon %s mellomlager deaktivert',
      'uruchomiony, wersja %s, pamięć podręczna wyłączona',
      'am pornit, versiunea %s memorie temporară dezactivată',
    ],
  ],
  [
    'exiting on receipt of SIGTERM',
    [
      'beende nach Empfang von SIGTERM',
      'saliendo al recibir SIGTERM',
      'sortie sur réception du signal SIGTERM',
      'keluar karena menerima SIGTERM',
      'მუშაობის დასრულება SIGTERM-ის გამო',
      'avslutter etter mottak av SIGTERM',
      'zakończyłem działanie z powodu odebrania SIGTERM',
      'am primit SIGTERM, am terminat',
    ],
  ],
  [
    'compile time options: %s',
    [
      'Optionen bei Übersetzung: %s',
      'opciones de compilación: %s',
      'options à la compilation : %s',
      'pilihan-pilihan saat kompilasi: %s',
      'აგების პარამეტრები: %s',
      'kompilerings opsjoner: %s',
      'opcje kompilacji: %s',
      'compilat cu opţiunile: %s',
    ],
  ],
  [
    'no address range available for DHCP request %s %s',
    [
      'Kein verfügbarer Adress-Bereich für DHCP-Anfrage %s %s',
      'ningún rango de direcciónes disponible para pedido DHCP %s %s',
      "pas de plage d'adresse disponible pour la requête DHCP %s %s",
      'tidak ada alamat yang bisa dipakai untuk permintaan DHCP %s %s',
      'მისამართების დიაპაზონი მიუწვდომელია DHCP მოთხოვნისთვის %s %s',
      'ingen adresse område tilgjengelig for DHCP krav %s %s',
      'nie zdefiniowano zakresu adresów odpowiedniego dla żądania %s %s',
      'nici un domeniu de adrese disponibil pentru cererea DHCP %s %s',
    ],
  ],
  [
    'DHCP packet received on %s which has no address',
    [
      'DHCP-Paket ohne Adresse an Schnittstelle %s empfangen',
      'Paquete DHCP recibido en %s que no tiene dirección',
      "Paquet DHCP reçu sur %s qui n'a pas d'adresse",
      'DHCP პაკეტი მიღებულია %s-დან, რომელსაც მისამართი არ გააჩნია',
      'żądanie DHCP odebrano na interfejsie %s, który nie ma adresu',
    ],
  ],
  [
    'warning: interface %s does not currently exist',
    [
      'Warnung: Schnittstelle %s existiert derzeit nicht',
      'advertencia: interfase %s no existe actualmente',
      "attention : l'interface %s n'existe pas actuellement",
      'peringatan: antarmuka %s tidak ada',
      'გაფრთხილება: ინტერფეისი %s ამჟამად არ არსებობს',
      'advarsel: nettverkskort %s eksisterer ikke for tiden',
      'uwaga: interfejs %s nie jest włączony',
      'atenţie: interfaţa %s nu există momentan',
    ],
  ],
  [
    'unknown interface %s',
    [
      'unbekannte Schnittstelle %s',
      'interfase desconocida %s',
      'interface %s inconnue',
      'antarmuka tidak dikenal %s',
      'უცნობი ინტერფეისი %s',
      'ukjent tilknytning (interface) %s',
      'nieznany interfejs %s',
      'interfaţă necunoscută %s',
    ],
  ],
  [
    'process is missing required capability %s',
    ['Prozess benötigt verlangte Fähigkeit %s', 'პროცესს აუცილებელი შესაძლებლობა აკლია: %s'],
  ],
  [
    'DHCP, sockets bound exclusively to interface %s',
    [
      'DHCP, Sockets exklusiv an die Schnittstelle %s gebunden',
      'DHCP და სოკეტები ექსკლუზიურადაა მიბმული ინტერფეისზე %s',
      'DHCP, gniazda dowiązane na wyłączność interfejsowi %s',
    ],
  ],
  [
    'TFTP directory %s inaccessible: %s',
    [
      'Das TFTP-Verzeichnis %s ist unerreichbar: %s',
      'directorio TFTP % inaccesible: %s',
      'répertoire TFTP %s inaccessible : %s',
      'TFTP საქაღალდე %s მიუწვდომელია: %s',
      'katalog TFTP %s nie jest dostępny: %s',
    ],
  ],
  [
    'warning: TFTP directory %s inaccessible',
    [
      'Warnung: Das TFTP-Verzeichnis %s ist unerreichbar',
      'გაფრთხილება: TFTP საქაღალდე %s მუწვდომელია',
      'uwaga: katalog TFTP %s nie jest dostępny',
    ],
  ],
  [
    'failed to bind DHCP server socket: %s',
    [
      'kann nicht an DHCP-Server-Socket binden: %s',
      'no se pudo acoplar zócalo de servidor DHCP: %s',
      'impossible de lier la socket serveur DHCP : %s',
      'gagal mem-bind socket server DHCP: %s',
      'შეცდომა DHCP სერვერის სოკეტზე მიბმისას: %s',
      'feilet å binde DHCP tjener socket: %s',
      'błąd przy przyznawaniu nazwy gniazdu serwera DHCP: %s',
      'activarea socket-ului server-ului DHCP a eşuat: %s',
    ],
  ],
  [
    'failed to create listening socket for %s: %s',
    [
      'Konnte Empfangs-Socket für %s nicht erzeugen: %s',
      "impossible de créer une socket d'écoute pour %s : %s",
      '%s-სთვის მოსასმენი სოკეტის შექმნის შეცდომა: %s',
      'nie udało się otworzyć gniazda %s: %s',
    ],
  ],
  [
    'DHCP, proxy on subnet %s',
    [
      'DHCP, Proxy im Subnetz %s',
      'DHCP, proxy sur le sous-réseau %s',
      'DHCP, პროქსი ქვექსელზე %s',
      'DHCP, wykryto pośrednika na podsieci %s',
    ],
  ],
  [
    'DHCP, IP range %s -- %s, lease time %s',
    [
      'DHCP, IP-Bereich %s -- %s, Leasezeit %s',
      "DHCP, plage d'adresses IP %s -- %s, durée de bail %s",
      'DHCP, IP დიაპაზონი %s -- %s, იჯარის დრო %s',
      'DHCP, zakres IP %s -- %s, czas dzierżawy %s',
    ],
  ],
  [
    'TFTP root is %s',
    [
      'TFTP Wurzel ist %s',
      'TFTP root está %s',
      'TFTP root est%s',
      'TFTP საწყისი საქაღალდეა %s',
      'TFTP z głównym katalogiem w %s',
    ],
  ],
  [
    'file %s not found',
    ['Datei %s nicht gefunden', 'fichier %s non trouvé', 'plik %s nie został znaleziony'],
  ],
];
