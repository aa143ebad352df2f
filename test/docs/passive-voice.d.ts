declare module 'passive-voice' {
  /** Where in a text a verb is in the passive. */
  function passiveVoice(text: string): { readonly index: number; readonly offset: number }[];
  export = passiveVoice;
}
