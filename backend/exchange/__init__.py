"""Other systems (协同平台): what they are told, what they bring, in whose codes, by which right."""
