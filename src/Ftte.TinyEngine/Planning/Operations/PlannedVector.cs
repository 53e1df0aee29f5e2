using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>A block with one value per channel, such as a bias: how it is read in either pass, and where its gradient goes.</summary>
internal sealed unsafe class PlannedVector
{
    private readonly PlannedBlock _block;
    private readonly PlannedGradient? _gradient;
    private readonly Tensor? _forward;
    private readonly Tensor? _backward;
    private readonly Tensor? _tile;

    private PlannedVector(PlanBuilder plan, PlannedBlock block, string what, bool isReadBackward, bool hasGradient)
    {
        _block = block;
        _forward = plan.ForwardScratch(what, block.AssemblyBytes);
        _backward = isReadBackward ? plan.BackwardScratch(what, block.AssemblyBytes) : null;
        if (block.IsTrained && hasGradient)
        {
            _gradient = plan.AddGradient(PlannedGradient.Whole(block, isVector: true));
            bool sumsInPlace = _gradient.IsDense && plan.Settings.Accumulates;
            _tile = sumsInPlace ? null : plan.BackwardScratch($"{what}.gradient", sizeof(float) * (long)block.Columns);
        }
    }

    public bool IsTrained => _gradient is not null;

    /// <summary>Declares the tensors that the vector takes, and when they are used.</summary>
    public static PlannedVector Plan(ParameterBlock block, string what, PlanBuilder plan, bool isReadBackward = false, bool hasGradient = true) =>
        new(plan, PlannedBlock.Create(plan.Selection, block, block.Range.Length, plan.Settings.ReadsFrozenInPlace), what, isReadBackward, hasGradient);

    /// <summary>Copies trained and frozen values into one vector, if necessary; by one worker, in a phase before it is read.</summary>
    public void Assemble(TrainingPass pass, bool isBackward = false)
    {
        if (_block.IsAssembled)
        {
            _block.Assemble(pass, pass.Floats((isBackward ? _backward : _forward)!));
        }
    }

    /// <summary>Gets the values.</summary>
    public float* Get(TrainingPass pass, bool isBackward = false) => _block.Get(pass, isBackward ? _backward : _forward);

    /// <summary>Begins the gradient: where earlier micro-batches left it. By one worker, in a phase before it is added to.</summary>
    public float* BeginGradient(TrainingPass pass)
    {
        if (_tile is not null)
        {
            _gradient!.Begin(pass, pass.Floats(_tile), 0, _block.Columns);
        }

        return GradientOf(pass);
    }

    /// <summary>Gets the gradient, to be added to; null if nothing of the vector is trained.</summary>
    public float* GradientOf(TrainingPass pass) =>
        _tile is not null ? pass.Floats(_tile) : _gradient is not null ? pass.Accumulators + _gradient.Offset : null;

    /// <summary>Spends the gradient.</summary>
    public void SpendGradient(TrainingPass pass)
    {
        if (_tile is not null)
        {
            _gradient!.Spend(pass, pass.Floats(_tile), 0, _block.Columns);
        }
    }
}
