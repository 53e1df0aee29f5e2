using Ftte;

namespace CustomTransport;

/// <summary>Trains y = slope x + offset on a few private points of this device.</summary>
internal sealed class LineTrainer(ParameterLayout layout, int device) : ILocalTrainer
{
    public ParameterLayout Layout => layout;

    public ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default)
    {
        float[] model = parameters.ToArray();
        for (int i = 0; i < 10; i++)
        {
            float x = ((device * 10 + i) % 21 / 10f) - 1;
            float error = (model[0] * x) + model[1] - ((2 * x) - 1);
            (model[0], model[1]) = (model[0] - (0.1f * error * x), model[1] - (0.1f * error));
        }

        return new(SparseUpdate.Create(assignment.CreateHeader(exampleCount: 10), [model[0] - parameters.Span[0], model[1] - parameters.Span[1]]));
    }
}
