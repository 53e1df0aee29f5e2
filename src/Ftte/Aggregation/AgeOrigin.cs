namespace Ftte.Aggregation;

/// <summary>Specifies the version from which the age of an update is counted. Implementations of FedBuff differ in this and therefore in their results.</summary>
public enum AgeOrigin
{
    /// <summary>From the current version: an update trained on the current model has age 0. The default.</summary>
    CurrentVersion = 0,

    /// <summary>From the version that the buffer will become: an update trained on the current model has age 1, as in NVFlare.</summary>
    NextVersion = 1,
}
