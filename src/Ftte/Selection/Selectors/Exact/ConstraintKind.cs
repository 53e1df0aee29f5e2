namespace Ftte.Selection;

/// <summary>What a constraint is about.</summary>
internal enum ConstraintKind
{
    /// <summary>Memory while the steps before the cut run.</summary>
    BeforeCut,

    /// <summary>Memory while a step runs forward.</summary>
    Forward,

    /// <summary>Memory while a step runs backward.</summary>
    Backward,

    Payload,

    Compute,
}
