using System.Collections.Immutable;
using Ftte.Simulation.Data;
using Ftte.TinyEngine;

namespace SelectionStudy.Data;

/// <summary>CIFAR-10 divided: what the server has, what each device holds, and what everybody is tested on.</summary>
/// <param name="Training">All training pictures.</param>
/// <param name="Public">Which of them made the base model; no device holds them.</param>
/// <param name="Test">The test pictures.</param>
internal sealed record CifarPictures(Cifar10Examples Training, ImmutableArray<int> Public, Cifar10Examples Test)
{
    /// <summary>One in so many pictures is public: 5,000 of CIFAR-10.</summary>
    private const int PublicShare = 10;

    /// <summary>Takes the first pictures of the first classes as the public ones.</summary>
    /// <param name="training">All training pictures.</param>
    /// <param name="test">The test pictures.</param>
    /// <param name="classes">How many classes the public pictures show.</param>
    public static CifarPictures Divide(Cifar10Examples training, Cifar10Examples test, int classes) =>
        new(training, [.. Enumerable.Range(0, training.Count).Where(i => training.LabelOf(i) < classes).Take(training.Count / PublicShare)], test);

    /// <summary>Divides the pictures that are not public among devices.</summary>
    /// <param name="devices">Among how many.</param>
    /// <param name="alpha">How alike they are: the concentration of each one's taste in classes.</param>
    /// <param name="seed">The seed.</param>
    public ImmutableArray<Cifar10Examples> DivideAmong(int devices, double alpha, ulong seed)
    {
        int[] own = [.. Enumerable.Range(0, Training.Count).Except(Public)];
        byte[] labels = [.. own.Select(i => (byte)Training.LabelOf(i))];
        int[][] parts = DataSplit.Dirichlet(labels, DataSplit.EqualSizes(own.Length, devices), alpha, seed);
        return [.. parts.Select(part => Training.Subset([.. part.Select(i => own[i])]))];
    }
}
