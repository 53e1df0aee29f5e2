using Ftte.TinyEngine;

namespace TrainOnDevice.Data;

/// <summary>Examples to train on and others, held out, to test with.</summary>
/// <param name="Name">What the data is, for people.</param>
/// <param name="Shape">The shape of an example.</param>
/// <param name="Classes">How many classes there are.</param>
/// <param name="Training">The examples to train on.</param>
/// <param name="HeldOut">The examples to test with.</param>
internal sealed record DataSet(string Name, ImageShape Shape, int Classes, IExampleSource Training, IExampleSource HeldOut)
{
    /// <summary>Gets whether a mirrored picture is of the same class: so with photographs, not so with digits.</summary>
    public bool CanBeMirrored { get; init; }
}
