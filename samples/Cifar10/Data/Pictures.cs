using System.Collections.Immutable;
using Ftte.Simulation.Data;
using Ftte.TinyEngine;

namespace Cifar10.Data;

/// <summary>CIFAR-10 divided: what the server has, what devices may hold, and what everybody is tested on.</summary>
/// <param name="Training">All training pictures. One in ten, the first ones, is public and makes the base model; no device holds it.</param>
/// <param name="Test">The test pictures.</param>
internal sealed record Pictures(Cifar10Examples Training, Cifar10Examples Test)
{
    private const int PublicShare = 10;

    /// <summary>Gets the pictures that make the base model: 5,000 of CIFAR-10.</summary>
    public Cifar10Examples Public { get; } = Training.Subset([.. Enumerable.Range(0, Training.Count / PublicShare)]);

    /// <summary>Gets the pictures that devices hold: 45,000 of CIFAR-10.</summary>
    public Cifar10Examples Private { get; } = Training.Subset([.. Enumerable.Range(Training.Count / PublicShare, Training.Count - (Training.Count / PublicShare))]);

    /// <summary>Divides the private pictures equally among devices.</summary>
    /// <param name="devices">Among how many.</param>
    /// <param name="alpha">The concentration of each one's taste in classes; null for all alike.</param>
    /// <param name="seed">The seed.</param>
    public ImmutableArray<Cifar10Examples> DivideAmong(int devices, double? alpha, ulong seed)
    {
        int[] sizes = DataSplit.EqualSizes(Private.Count, devices);
        int[][] parts = alpha is { } concentration
            ? DataSplit.Dirichlet([.. Enumerable.Range(0, Private.Count).Select(i => (byte)Private.LabelOf(i))], sizes, concentration, seed)
            : DataSplit.Iid(Private.Count, sizes, seed);
        return [.. parts.Select(part => Private.Subset(part))];
    }

    /// <summary>Gives each device so many private pictures; when all are given out, further devices hold the same as earlier ones.</summary>
    public ImmutableArray<Cifar10Examples> DivideAmong(int devices, int each, double? alpha, ulong seed)
    {
        ImmutableArray<Cifar10Examples> parts = DivideAmong(Math.Max(1, Private.Count / each), alpha, seed);
        return [.. Enumerable.Range(0, devices).Select(device => parts[device % parts.Length])];
    }
}
