namespace Ftte.Simulation.Randomness;

/// <summary>The keys of random generators: one per purpose, so that values for different purposes are independent.</summary>
internal static class RandomKey
{
    public const ulong Draw = 0x44726177;
    public const ulong Job = 0x4A6F62;
    public const ulong Arrival = 0x41727276;
    public const ulong Kind = 0x4B696E64;
    public const ulong Detail = 0x44657461;
    public const ulong Straggler = 0x536C6F77;
    public const ulong Size = 0x53697A65;
    public const ulong Cohort = 0x436F686F;
    public const ulong Split = 0x53706C74;
}
