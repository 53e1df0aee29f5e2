using System.Collections.Immutable;
using Ftte.Samples.Shared;
using Ftte.TinyEngine;

namespace SelectionStudy.Data;

/// <summary>CIFAR-10 divided: what the server may see, what each device holds, and what everybody is tested on.</summary>
/// <param name="Devices">The pictures of each device.</param>
/// <param name="Test">The test pictures.</param>
internal sealed record CifarFederation(ImmutableArray<Cifar10Examples> Devices, Cifar10Examples Test)
{
    /// <summary>How many of the first pictures made the base model; no device holds them.</summary>
    public const int PublicCount = 5_000;

    /// <summary>Divides the pictures that are not public.</summary>
    /// <param name="training">All training pictures.</param>
    /// <param name="test">The test pictures.</param>
    /// <param name="devices">Among how many devices.</param>
    /// <param name="alpha">How alike the devices are: the concentration of each one's taste in classes.</param>
    /// <param name="seed">The seed.</param>
    public static CifarFederation Divide(Cifar10Examples training, Cifar10Examples test, int devices, double alpha, ulong seed)
    {
        int[] own = [.. Enumerable.Range(PublicCount, training.Count - PublicCount)];
        byte[] labels = [.. own.Select(i => (byte)training.LabelOf(i))];
        int[][] parts = DirichletSplit.Split(labels, devices, alpha, seed);
        return new CifarFederation([.. parts.Select(part => training.Subset([.. part.Select(i => own[i])]))], test);
    }
}
