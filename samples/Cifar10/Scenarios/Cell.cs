namespace Cifar10.Scenarios;

/// <summary>One setting in which rules are compared: everything that is the same for all of them.</summary>
internal sealed record Cell
{
    /// <summary>Gets the name, for tables.</summary>
    public required string Name { get; init; }

    public int Devices { get; init; } = 500;

    /// <summary>Gets the concentration of each device's taste in classes; null for devices that are all alike.</summary>
    public double? Alpha { get; init; } = 0.3;

    /// <summary>Gets the share of devices that are stragglers.</summary>
    public double Stragglers { get; init; } = 0.9;

    /// <summary>Gets how many times longer stragglers compute.</summary>
    public double Slowdown { get; init; } = 10;

    /// <summary>Gets whether stragglers are those that hold most animals, so that without them some classes are hardly learned.</summary>
    public bool StragglersHoldAnimals { get; init; }

    /// <summary>Gets M: how many devices are at work.</summary>
    public int Concurrency { get; init; } = 30;

    /// <summary>Gets K: how many updates make a version.</summary>
    public int Capacity { get; init; } = 10;

    /// <summary>Gets the network's name.</summary>
    public string Network { get; init; } = "resnet8";

    /// <summary>Gets whether training starts from random weights instead of the base model.</summary>
    public bool FromScratch { get; init; }

    /// <summary>Gets the memory that the subset may take, as a share of what a framework without a plan takes to train everything.</summary>
    /// <remarks>The weakest device can spare a tenth; the server uses half of it where the network lets it.</remarks>
    public double BudgetShare { get; init; } = 0.05;

    /// <summary>Gets the most multiply-adds that training the subset may take with nothing kept, as a share of training everything.</summary>
    public double ComputeShare { get; init; } = 0.42;

    /// <summary>Gets how often the base model goes over the public pictures.</summary>
    public int BaseEpochs { get; init; } = 15;

    /// <summary>Gets how many pictures each device holds; null to divide all of them. If there are not enough, several devices hold the same.</summary>
    public int? ExamplesPerDevice { get; init; }

    /// <summary>Gets for how much virtual time each rule runs at most.</summary>
    public TimeSpan Horizon { get; init; } = TimeSpan.FromSeconds(1800);

    /// <summary>Gets after how many jobs no more are given out, which only the fast rules reach: in a fraction of the time; null for no limit.</summary>
    public int? Trips { get; init; }

    /// <summary>Gets the accuracy to reach, as so much more than the base model's.</summary>
    public double TargetGain { get; init; } = 0.03;

    /// <summary>Gets whether a rule is over once the target is reached.</summary>
    public bool EndsAtTarget { get; init; }
}
