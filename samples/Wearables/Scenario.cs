namespace Wearables;

/// <summary>Specifies what the command measures.</summary>
internal enum Scenario
{
    /// <summary>Shared and personal models.</summary>
    Personal,

    /// <summary>Differential privacy and secure aggregation.</summary>
    Privacy,
}
