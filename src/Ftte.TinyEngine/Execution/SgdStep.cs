using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine.Execution;

/// <summary>Applies one step of gradient descent to a run of packed parameters.</summary>
internal static unsafe class SgdStep
{
    /// <summary>Applies a step. The gradient may be changed.</summary>
    public static void Apply(TrainingPass pass, float* gradient, int offset, int count)
    {
        pass.Proximal?.AddTo(gradient, pass.Trained, offset, count);
        if (pass.Velocity is not null)
        {
            SgdKernel.ApplyMomentum(pass.Trained + offset, gradient, pass.Velocity + offset, count, pass.Rate, pass.Decay, pass.Momentum);
        }
        else
        {
            SgdKernel.Apply(pass.Trained + offset, gradient, count, pass.Rate, 1 - (pass.Rate * pass.Decay));
        }
    }
}
