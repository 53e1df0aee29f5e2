namespace Cifar10.Scenarios;

/// <summary>Represents a setting in which rules are compared: all parameters that are the same for every rule.</summary>
internal sealed record Cell
{
    /// <summary>Gets the name, for tables.</summary>
    public required string Name { get; init; }

    public int Devices { get; init; } = 500;

    /// <summary>Gets the concentration of the Dirichlet distribution of each device's classes; null for identical devices.</summary>
    public double? Alpha { get; init; } = 0.3;

    /// <summary>Gets the share of devices that are stragglers.</summary>
    public double Stragglers { get; init; } = 0.9;

    /// <summary>Gets the factor by which stragglers compute longer.</summary>
    public double Slowdown { get; init; } = 10;

    /// <summary>Gets a value that indicates whether the stragglers are the devices with the largest shares of animals, so that some classes are hardly learned without them.</summary>
    public bool StragglersHoldAnimals { get; init; }

    /// <summary>Gets M, the number of devices that train at the same time.</summary>
    public int Concurrency { get; init; } = 30;

    /// <summary>Gets K, the number of updates per version.</summary>
    public int Capacity { get; init; } = 10;

    /// <summary>Gets the network's name.</summary>
    public string Network { get; init; } = "resnet8";

    /// <summary>Gets a value that indicates whether training starts from random weights instead of the base model.</summary>
    public bool FromScratch { get; init; }

    /// <summary>Gets the memory that the subset may take, as a share of the memory that a framework without a plan takes to train all parameters.</summary>
    /// <remarks>The weakest device can spare a tenth; the server uses half of that if the network allows it.</remarks>
    public double BudgetShare { get; init; } = 0.05;

    /// <summary>Gets the maximum multiply-adds of training the subset without stored features, as a share of training all parameters.</summary>
    public double ComputeShare { get; init; } = 0.42;

    /// <summary>Gets the number of epochs of the base model over the public images.</summary>
    public int BaseEpochs { get; init; } = 15;

    /// <summary>Gets the number of images per device; null to divide all images. If there are not enough, several devices hold the same ones.</summary>
    public int? ExamplesPerDevice { get; init; }

    /// <summary>Gets the maximum virtual time of a run.</summary>
    public TimeSpan Horizon { get; init; } = TimeSpan.FromSeconds(1800);

    /// <summary>Gets the maximum number of jobs; null for no limit. Only fast rules reach it, long before the maximum time.</summary>
    public int? Trips { get; init; }

    /// <summary>Gets the target: the gain in accuracy over the base model.</summary>
    public double TargetGain { get; init; } = 0.03;

    /// <summary>Gets a value that indicates whether a run ends when the target is reached.</summary>
    public bool EndsAtTarget { get; init; }
}
