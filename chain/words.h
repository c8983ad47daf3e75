/* BIP-39's English word list, sorted. Source: https://github.com/bitcoin/bips/blob/master/bip-0039/english.txt */
#ifndef ALGO_WORDS_H
#define ALGO_WORDS_H

#define ALGO_WORDS 2048
extern const char *const algo_words[ALGO_WORDS];

#endif
