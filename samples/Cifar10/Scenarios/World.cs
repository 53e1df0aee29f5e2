using System.Collections.Immutable;
using Cifar10.Data;
using Cifar10.Learning;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace Cifar10.Scenarios;

/// <summary>A cell with a seed: who the devices are and what they hold, the same for every contender.</summary>
internal sealed class World : IDisposable
{
    /// <summary>With how many pictures a model is tested on the way.</summary>
    public const int PicturesOnTheWay = 2000;

    private const int Animals = 6; // birds, cats, deer, dogs, frogs, horses: classes 2 to 7
    private const int FirstAnimal = 2;

    /// <summary>Makes it.</summary>
    /// <param name="cell">The setting.</param>
    /// <param name="pictures">The pictures.</param>
    /// <param name="seed">The seed.</param>
    public World(Cell cell, Pictures pictures, ulong seed)
    {
        Examples = cell.ExamplesPerDevice is { } each
            ? pictures.DivideAmong(cell.Devices, each, cell.Alpha, seed)
            : pictures.DivideAmong(cell.Devices, cell.Alpha, seed);
        PictureCount = pictures.Training.Count;
        Func<int, double>? affinity = cell.StragglersHoldAnimals ? ShareOfAnimals : null;
        ImmutableArray<SimulatedDevice> watches = DevicePopulation.Of(DeviceKind.Watch, cell.Devices, seed);
        Devices = cell.Stragglers > 0 ? DevicePopulation.WithStragglers(watches, cell.Stragglers, cell.Slowdown, seed, affinity) : watches;
        ImmutableArray<double> shares = StragglersClasses();
        TestOnTheWay = new ModelTest(pictures.Test, PicturesOnTheWay, shares);
        TestAtTheEnd = new ModelTest(pictures.Test, pictures.Test.Count, shares);
    }

    public ImmutableArray<Cifar10Examples> Examples { get; }

    /// <summary>Gets how many training pictures there are in all.</summary>
    public int PictureCount { get; }

    public ImmutableArray<SimulatedDevice> Devices { get; }

    public ModelTest TestOnTheWay { get; }

    public ModelTest TestAtTheEnd { get; }

    public void Dispose()
    {
        TestOnTheWay.Dispose();
        TestAtTheEnd.Dispose();
    }

    private double ShareOfAnimals(int device)
    {
        Cifar10Examples own = Examples[device];
        return Enumerable.Range(0, own.Count).Count(i => own.LabelOf(i) is >= FirstAnimal and < FirstAnimal + Animals) / (double)own.Count;
    }

    private ImmutableArray<double> StragglersClasses()
    {
        double[] counts = new double[Cifar10Examples.ClassCount];
        for (int device = 0; device < Devices.Length; device++)
        {
            for (int i = 0; i < Examples[device].Count && Devices[device].IsStraggler; i++)
            {
                counts[Examples[device].LabelOf(i)]++;
            }
        }

        double all = counts.Sum();
        return [.. counts.Select(count => all > 0 ? count / all : 1.0 / counts.Length)];
    }
}
