using System.Collections.Immutable;
using Ftte.Simulation.Data;
using Ftte.TinyEngine;

namespace SelectionStudy.Data;

/// <summary>Represents CIFAR-10, divided into public images of the server, private images of the devices, and test images.</summary>
/// <param name="Training">All training images.</param>
/// <param name="Public">The indices of the public images, on which the base model is trained; no device holds them.</param>
/// <param name="Test">The test images.</param>
internal sealed record CifarImages(Cifar10Examples Training, ImmutableArray<int> Public, Cifar10Examples Test)
{
    /// <summary>The number of training images per public image: 5,000 of CIFAR-10 are public.</summary>
    private const int PublicShare = 10;

    /// <summary>Selects the first images of the first classes as the public ones.</summary>
    /// <param name="training">All training images.</param>
    /// <param name="test">The test images.</param>
    /// <param name="classes">The number of classes of the public images.</param>
    public static CifarImages Divide(Cifar10Examples training, Cifar10Examples test, int classes) =>
        new(training, [.. Enumerable.Range(0, training.Count).Where(i => training.LabelOf(i) < classes).Take(training.Count / PublicShare)], test);

    /// <summary>Divides the images that are not public among devices.</summary>
    /// <param name="devices">The number of devices.</param>
    /// <param name="alpha">The concentration of the Dirichlet distribution of each device's classes; larger values give more similar devices.</param>
    /// <param name="seed">The seed.</param>
    public ImmutableArray<Cifar10Examples> DivideAmong(int devices, double alpha, ulong seed)
    {
        int[] own = [.. Enumerable.Range(0, Training.Count).Except(Public)];
        byte[] labels = [.. own.Select(i => (byte)Training.LabelOf(i))];
        int[][] parts = DataSplit.Dirichlet(labels, DataSplit.EqualSizes(own.Length, devices), alpha, seed);
        return [.. parts.Select(part => Training.Subset([.. part.Select(i => own[i])]))];
    }
}
