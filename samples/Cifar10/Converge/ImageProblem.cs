using System.Collections.Immutable;
using Ftte.Samples.Shared;
using Ftte.Simulation;
using Ftte.Simulation.Data;
using Ftte.Simulation.Randomness;
using Ftte.TinyEngine;

namespace Cifar10.Converge;

/// <summary>Divides a data set of images, or of other examples with one label each, into a <see cref="Problem"/>.</summary>
internal static class ImageProblem
{
    private const double Stragglers = 0.9, Slowdown = 10;
    private const ulong ValidationStream = 0x56414C4944;

    /// <summary>Creates a problem.</summary>
    /// <param name="name">The name.</param>
    /// <param name="network">The network.</param>
    /// <param name="training">The training examples. The first ones are public; a seeded choice of the others validates, and the rest is divided among the devices.</param>
    /// <param name="test">The test examples.</param>
    /// <param name="sizes">The numbers of public and validating examples, and of devices.</param>
    /// <param name="alpha">The concentration of the Dirichlet distribution of each device's classes.</param>
    /// <param name="seed">The seed of the devices, of their data and of the choice of validating examples.</param>
    public static Problem Create(
        string name, Network network, IExampleSource training, IExampleSource test, (int Public, int Validation, int Devices) sizes, double alpha, ulong seed)
    {
        int[] others = [.. Enumerable.Range(sizes.Public, training.Count - sizes.Public)];
        new SeededRandom(seed, ValidationStream).Shuffle<int>(others);
        var rest = new ChosenExamples(training, others[sizes.Validation..]);
        byte[] labels = Labels(rest), testLabels = Labels(test);
        int[][] parts = DataSplit.Dirichlet(labels, DataSplit.EqualSizes(rest.Count, sizes.Devices), alpha, seed);
        return new Problem(
            name,
            network,
            new ChosenExamples(training, [.. Enumerable.Range(0, sizes.Public)]),
            DevicePopulation.WithStragglers(DevicePopulation.Of(DeviceKind.Watch, sizes.Devices, seed), Stragglers, Slowdown, seed),
            [.. parts.Select(part => new ChosenExamples(rest, part))],
            new ChosenExamples(training, others[..sizes.Validation]),
            [.. Classes().Select(label => new ChosenExamples(test, [.. Enumerable.Range(0, test.Count).Where(i => testLabels[i] == label)]))],
            [.. parts.Select(part => Classes().Select(label => part.Count(i => labels[i] == label) / (double)part.Length).ToImmutableArray())]);

        IEnumerable<int> Classes() => Enumerable.Range(0, network.ClassCount);
    }

    private static byte[] Labels(IExampleSource examples)
    {
        float[] input = new float[examples.InputLength];
        return [.. Enumerable.Range(0, examples.Count).Select(i => (byte)examples.CopyTo(i, input))];
    }
}
