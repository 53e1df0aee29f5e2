namespace Wearables.Privacy;

/// <summary>Specifies the noise of the versions.</summary>
internal enum NoiseKind
{
    /// <summary>Next to none: updates are clipped, but the run is not private.</summary>
    None,

    /// <summary>Independent noise.</summary>
    Independent,

    /// <summary>Noise that is correlated over versions.</summary>
    Banded,
}
