namespace Ftte.Privacy.Tests;

/// <summary>Tests that measure the whole process, and so run while no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
