namespace Ftte.Aggregation;

/// <summary>From which version an update's age is counted. Systems called FedBuff differ here, and so do their results.</summary>
public enum AgeOrigin
{
    /// <summary>From the version now current: an update trained on the current model has age 0. The default.</summary>
    CurrentVersion = 0,

    /// <summary>From the version that the buffer will become: an update trained on the current model has age 1, as in NVFlare.</summary>
    NextVersion = 1,
}
