using System.Collections.Immutable;
using Ftte.Simulation.Data;
using Ftte.TinyEngine;

namespace Cifar10.Data;

/// <summary>Represents CIFAR-10, divided into public images of the server, private images of the devices, and test images.</summary>
/// <param name="Training">All training images. The first tenth is public and trains the base model; no device holds these images.</param>
/// <param name="Test">The test images.</param>
internal sealed record CifarImages(Cifar10Examples Training, Cifar10Examples Test)
{
    private const int PublicShare = 10;

    /// <summary>Gets the public images, on which the base model is trained: 5,000 of CIFAR-10.</summary>
    public Cifar10Examples Public { get; } = Training.Subset([.. Enumerable.Range(0, Training.Count / PublicShare)]);

    /// <summary>Gets the private images, which devices hold: 45,000 of CIFAR-10.</summary>
    public Cifar10Examples Private { get; } = Training.Subset([.. Enumerable.Range(Training.Count / PublicShare, Training.Count - (Training.Count / PublicShare))]);

    /// <summary>Divides the private images equally among devices.</summary>
    /// <param name="devices">The number of devices.</param>
    /// <param name="alpha">The concentration of the Dirichlet distribution of each device's classes; null for identical distributions.</param>
    /// <param name="seed">The seed.</param>
    public ImmutableArray<Cifar10Examples> DivideAmong(int devices, double? alpha, ulong seed)
    {
        int[] sizes = DataSplit.EqualSizes(Private.Count, devices);
        int[][] parts = alpha is { } concentration
            ? DataSplit.Dirichlet([.. Enumerable.Range(0, Private.Count).Select(i => (byte)Private.LabelOf(i))], sizes, concentration, seed)
            : DataSplit.Iid(Private.Count, sizes, seed);
        return [.. parts.Select(part => Private.Subset(part))];
    }

    /// <summary>Assigns a number of private images to each device. If there are not enough images, several devices hold the same ones.</summary>
    public ImmutableArray<Cifar10Examples> DivideAmong(int devices, int each, double? alpha, ulong seed)
    {
        ImmutableArray<Cifar10Examples> parts = DivideAmong(Math.Max(1, Private.Count / each), alpha, seed);
        return [.. Enumerable.Range(0, devices).Select(device => parts[device % parts.Length])];
    }
}
